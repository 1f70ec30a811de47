"""One seed for every source of chance, and the settings under which two trainings are bit-identical."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor
from torch.utils import deterministic as untyped

deterministic = cast("Any", untyped)
# torch's chance as tensors, python's and numpy's ready for JSON
Chance = tuple[dict[str, Tensor], dict[str, Any]]


def fix(seed: int, threads: int) -> None:
    """Seed python, numpy and torch; an operation without a deterministic form raises; sums run in a fixed order."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    deterministic.fill_uninitialized_memory = False  # nothing reads it, and filling took up to 8 % of a step


@contextmanager
def fixed(seed: int, threads: int) -> Iterator[None]:
    """`fix` within this block; the process gets its own thread count and strictness back afterwards."""
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    filled = deterministic.fill_uninitialized_memory
    fix(seed, threads)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
        deterministic.fill_uninitialized_memory = filled


def capture() -> Chance:
    """Where every source of chance stands."""
    version, words, gauss = random.getstate()
    kind, keys, place, has_gauss, cached = cast("tuple[Any, ...]", np.random.get_state())
    facts = {"python": [version, list(words), gauss], "numpy": [kind, keys.tolist(), place, has_gauss, cached]}
    return capture_torch(), facts


def capture_torch() -> dict[str, Tensor]:
    """Where torch's own chance stands, on the processor and on this process's GPU; it is what dropout draws from."""
    tensors = {"torch": torch.get_rng_state()}
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        tensors["cuda"] = torch.cuda.get_rng_state()
    return tensors


def restore(tensors: dict[str, Tensor], facts: dict[str, Any] | None = None) -> None:
    """Let chance go on from where it was captured."""
    torch.set_rng_state(tensors["torch"])
    if "cuda" in tensors:
        torch.cuda.set_rng_state(tensors["cuda"])
    if facts is not None:
        version, words, gauss = facts["python"]
        random.setstate((version, tuple(words), gauss))
        np.random.set_state(tuple(facts["numpy"]))
