"""Being asked to stop: a SIGTERM is noted, answered when the work can be put down, and then passed on."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Whether a SIGTERM came within this block; whoever handled it before is told of it behind the block.

    Only the main thread can be told of signals; in any other the answer is no.
    """
    came: list[Any] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: came.append(number))
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGTERM, before)
        if came:
            signal.raise_signal(signal.SIGTERM)
