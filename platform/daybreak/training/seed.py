"""One seed for every source of chance, and the settings under which two trainings are bit-identical."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


def fix(seed: int, threads: int) -> None:
    """Seed python, numpy and torch; an operation without a deterministic form raises; sums run in a fixed order."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)


@contextmanager
def fixed(seed: int, threads: int) -> Iterator[None]:
    """`fix` within this block; the process gets its own thread count and strictness back afterwards."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    fix(seed, threads)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
