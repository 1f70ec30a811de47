"""Work on several processes: the same results in the same order, and nobody left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import psutil
import pytest

from daybreak.data.cleaning import workers
from daybreak.data.cleaning.workers import Workers
from daybreak.errors import DataError, StepFailed

ROWS = [str(number) for number in range(5_000)]


class Joining:
    """Work that is begun once in each process and does a row in its own way."""

    def __init__(self, sign: str) -> None:
        self.sign = sign

    def __call__(self, left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, int]]:
        for one, other in zip(left, right, strict=True):
            if one == "broken":
                raise DataError("row broken", "a whole one", "Mend it")
            if one == "deadly":
                os.kill(os.getpid(), signal.SIGKILL)
            yield f"{one}{self.sign}{other}", os.getpid()


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "FEWEST", 1_000)


def test_several_processes_find_what_one_does() -> None:
    backwards = ROWS[::-1]
    with Workers(Joining, "|", cores=2) as work:
        found = list(work(ROWS, backwards))
        again = list(work(ROWS[:1500], ROWS[:1500]))
    assert [text for text, _ in found] == [f"{one}|{other}" for one, other in zip(ROWS, backwards, strict=True)]
    assert [text for text, _ in again] == [f"{one}|{one}" for one in ROWS[:1500]]
    processes = {process for _, process in found}
    assert len(processes) == 2
    assert os.getpid() not in processes
    assert {process for _, process in again} <= processes
    assert not any(map(psutil.pid_exists, processes))


@pytest.mark.parametrize(("rows", "cores"), [(999, 2), (5_000, 1)])
def test_where_it_does_not_pay_nothing_is_started(rows: int, cores: int) -> None:
    with Workers(Joining, "|", cores=cores) as work:
        found = list(work(ROWS[:rows], ROWS[:rows]))
    assert {process for _, process in found} == {os.getpid()}


def test_what_goes_wrong_there_is_said_here() -> None:
    with Workers(Joining, "|", cores=2) as work, pytest.raises(DataError, match="row broken; expected a whole one"):
        list(work([*ROWS, "broken"], [*ROWS, ""]))


def test_a_process_that_is_killed_is_no_result() -> None:
    with Workers(Joining, "|", cores=2) as work, pytest.raises(StepFailed, match="a process of this stage was killed"):
        list(work([*ROWS, "deadly"], [*ROWS, ""]))


def test_a_kill_leaves_no_process_behind() -> None:
    program = """import time
from daybreak.data.cleaning import workers
from daybreak.data.clean import CleanParams, treating
workers.FEWEST = 1
with workers.Workers(treating, CleanParams(), frozenset(), cores=2) as work:
    list(work(["a"] * 1000, ["text"] * 1000, [""] * 1000))
    print("ready", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as main:
        assert main.stdout is not None
        assert main.stdout.readline() == "ready\n"
        started = psutil.Process(main.pid).children(recursive=True)
        assert len(started) >= 2
        main.kill()
    deadline = time.monotonic() + 20
    while any(process.is_running() for process in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [process for process in started if process.is_running()]


def test_this_process_may_run_somewhere() -> None:
    assert 1 <= workers.available_cores() <= (os.cpu_count() or 1)
