"""How far long work has come: rooms report, whoever watches draws."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# (step, share done in 0..1, note in words)
Reporter = Callable[[str, float, str], None]


def _silent(step: str, share: float, note: str) -> None:
    """Nobody watches."""


_reporter: ContextVar[Reporter] = ContextVar("reporter", default=_silent)


def report(step: str, share: float, note: str = "") -> None:
    """Say how far `step` has come."""
    _reporter.get()(step, min(1.0, max(0.0, share)), note)


def reporter() -> Reporter:
    """Whoever watches now."""
    return _reporter.get()


@contextmanager
def watched_by(reporter: Reporter) -> Iterator[None]:
    """Within this block, reports go to `reporter`."""
    token = _reporter.set(reporter)
    try:
        yield
    finally:
        _reporter.reset(token)
