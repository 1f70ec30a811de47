"""A SIGTERM is noted, and whoever handled it before is told of it afterwards."""

import signal
import threading
from collections.abc import Iterator

import pytest

from daybreak.training.stopping import asked_to_stop


@pytest.fixture
def told() -> Iterator[list[int]]:
    """What reached the handler that stood before."""
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: came.append(number))
    yield came
    signal.signal(signal.SIGTERM, before)


def test_it_is_noted_within_and_passed_on_behind(told: list[int]) -> None:
    with asked_to_stop() as asked:
        assert not asked()
        signal.raise_signal(signal.SIGTERM)
        assert asked()
        assert told == []
    assert told == [signal.SIGTERM]


def test_nothing_came_nothing_is_passed_on(told: list[int]) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    with asked_to_stop() as asked:
        pass
    assert not asked()
    assert told == []
    assert signal.getsignal(signal.SIGTERM) is handler


def test_an_error_within_does_not_lose_it(told: list[int]) -> None:
    with pytest.raises(ValueError, match="broken"), asked_to_stop():
        signal.raise_signal(signal.SIGTERM)
        raise ValueError("broken")
    assert told == [signal.SIGTERM]


def test_in_another_thread_nobody_is_asked() -> None:
    answers: list[bool] = []

    def work() -> None:
        with asked_to_stop() as asked:
            answers.append(asked())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == [False]
