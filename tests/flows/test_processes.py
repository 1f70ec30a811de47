"""A process is known by its number and its beginning, and a run's process by what it was started with."""

import os
import subprocess
import sys

import psutil
import pytest

from daybreak.stack.state import born
from flows.processes import RUN_ID, carries_out, runs_at_work


def signature(process: psutil.Process) -> str:
    return f"{process.pid}@{born(process):.2f}"


def test_this_process_carries_out_what_it_signed() -> None:
    assert carries_out(signature(psutil.Process()))


@pytest.mark.parametrize("signed", [None, "", "12", "nobody", "OURS", "OURS@1.00", "@", "99999999@5.00"])
def test_nobody_carries_out_what_another_signed(signed: str | None) -> None:
    assert not carries_out(signed and signed.replace("OURS", str(os.getpid())))


def test_a_process_that_ended_carries_out_nothing() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    signed = signature(psutil.Process(child.pid))
    assert carries_out(signed)
    child.kill()
    while child.poll() is None and psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    assert not carries_out(signed)
    child.wait()


def test_only_prefect_s_own_processes_count() -> None:
    """What they started may outlive them, and has their environment."""
    sleep = "import time; time.sleep(300)"
    engine = subprocess.Popen([sys.executable, "-c", sleep, "prefect.engine"], env={**os.environ, RUN_ID: "one"})
    orphan = subprocess.Popen([sys.executable, "-c", sleep], env={**os.environ, RUN_ID: "two"})
    try:
        assert {"one"} == runs_at_work() & {"one", "two"}
    finally:
        for process in (engine, orphan):
            process.kill()
            process.wait()
    assert "one" not in runs_at_work()
