"""Nothing that a leashed child started survives its parent: not after kill -9, not detached, not in its own session."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from daybreak import leash
from daybreak.leash import Child, leashed

SLEEP = "import time; time.sleep(600)"

ORPHANING = f"""
import subprocess, sys
quiet = {{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}}
print(subprocess.Popen([sys.executable, "-c", {SLEEP!r}], **quiet).pid)
"""

# Starts a sleeper in its own session, and one that is orphaned at once; writes all three pids; sleeps.
FAMILY = f"""
import os, pathlib, subprocess, sys, time
from daybreak import leash
leash.tie()
own = subprocess.Popen([sys.executable, "-c", {SLEEP!r}], start_new_session=True)
orphan = int(subprocess.run([sys.executable, "-c", {ORPHANING!r}], capture_output=True, text=True).stdout)
place = pathlib.Path(sys.argv[1])
place.with_suffix(".part").write_text(f"{{os.getpid()}} {{own.pid}} {{orphan}}")
place.with_suffix(".part").rename(place)
time.sleep(600)
"""

PARENT = """
import sys, time
from daybreak.leash import Child
with Child([sys.executable, *sys.argv[1:]]):
    time.sleep(600)
"""


def _pids(place: Path) -> list[int]:
    _until(place.exists, 60)
    return [int(word) for word in place.read_text(encoding="utf-8").split()]


def _until(condition: object, seconds: float) -> float:
    began = time.monotonic()
    while not condition():  # type: ignore[operator]
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


def _gone(pids: list[int]) -> bool:
    def alive(pid: int) -> bool:
        try:
            return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    return not any(alive(pid) for pid in pids)


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], list[int]]]:
    """A parent with a leashed family of three, and their pids."""
    (tmp_path / "family.py").write_text(FAMILY, encoding="utf-8")
    command = [sys.executable, "-c", PARENT, str(tmp_path / "family.py"), str(tmp_path / "pids")]
    process = subprocess.Popen(command)
    pids = _pids(tmp_path / "pids")
    assert not any(_gone([pid]) for pid in pids)
    yield process, pids
    process.kill()
    process.wait()


def test_kill_nine_of_the_parent_takes_everyone(parent: tuple[subprocess.Popen[bytes], list[int]]) -> None:
    process, pids = parent
    process.kill()
    process.wait()
    _until(lambda: _gone(pids), 60)


def test_a_stopped_child_takes_everyone(tmp_path: Path) -> None:
    (tmp_path / "family.py").write_text(FAMILY, encoding="utf-8")
    with Child([sys.executable, str(tmp_path / "family.py"), str(tmp_path / "pids")]) as child:
        pids = _pids(tmp_path / "pids")
        assert child.pid == pids[0]
    assert _gone(pids)
    assert child.returncode == -signal.SIGTERM


def test_any_command_can_be_leashed(tmp_path: Path) -> None:
    script = f"sleep 600 & echo $! > {tmp_path}/part; mv {tmp_path}/part {tmp_path}/pids; sleep 600"
    command = [sys.executable, "-c", PARENT, "-m", "daybreak.leash", "--", "sh", "-c", script]
    parent = subprocess.Popen(command)
    pids = _pids(tmp_path / "pids")
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _until(lambda: _gone(pids), 60)


def test_a_leashed_command_ends_with_its_own_status_and_leaves_nobody(tmp_path: Path) -> None:
    script = f"sleep 600 & echo $! > {tmp_path}/pids; exit 7"
    with Child(leashed(["sh", "-c", script])) as child:
        assert child.wait(60) == 7
    assert _gone(_pids(tmp_path / "pids"))


def test_sigterm_reaches_a_leashed_command(tmp_path: Path) -> None:
    script = f"trap 'echo bye > {tmp_path}/bye; exit 0' TERM; echo $$ > {tmp_path}/pids; while :; do sleep 0.05; done"
    with Child(leashed(["sh", "-c", script])) as child:
        _pids(tmp_path / "pids")
        child.stop(grace=60)
    assert (tmp_path / "bye").exists()


def test_a_child_that_ignores_sigterm_is_killed() -> None:
    code = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"
    with Child([sys.executable, "-c", code], piped=True) as child:
        assert next(child.lines()) == "deaf\n"
        assert child.stop(grace=0.2) == -signal.SIGKILL


def test_lines_and_status_of_a_child_that_ends_by_itself() -> None:
    with Child([sys.executable, "-c", "print('好'); print('two'); raise SystemExit(3)"], piped=True) as child:
        assert list(child.lines()) == ["好\n", "two\n"]
        assert child.wait(60) == 3
    assert child.returncode == 3


def test_output_goes_to_the_log_and_env_is_whole(tmp_path: Path) -> None:
    code = "import os, sys; print(sorted(os.environ)); print('err', file=sys.stderr)"
    with Child([sys.executable, "-c", code], env={"ONLY": "this"}, log=tmp_path / "log") as child:
        child.wait(60)
    logged = (tmp_path / "log").read_text(encoding="utf-8")
    assert "'ONLY'" in logged
    assert "PATH" not in logged
    assert "err" in logged


def test_waiting_is_bounded() -> None:
    with Child([sys.executable, "-c", SLEEP]) as child:
        with pytest.raises(TimeoutError, match=r"still runs after 0\.05 s"):
            child.wait(0.05)
        assert child.returncode is None


def test_misuse_is_said() -> None:
    with pytest.raises(RuntimeError, match="was not started"):
        _ = Child(["true"]).returncode
    with Child(["true"]) as child, pytest.raises(RuntimeError, match="not started with `piped`"):
        next(child.lines())
    with pytest.raises(FileNotFoundError):
        Child(["no-such-program-anywhere"]).start()


def test_the_module_says_how_it_is_used() -> None:
    done = subprocess.run([sys.executable, "-m", "daybreak.leash", "ls"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "usage: python -m daybreak.leash -- COMMAND" in done.stderr


def test_a_zombie_whose_threads_still_run_is_not_gone() -> None:
    code = (
        "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(600,)).start();"
        "print('here', flush=True); ctypes.CDLL(None).pthread_exit(None)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as started:
        assert started.stdout and started.stdout.readline()
        process = psutil.Process(started.pid)
        _until(lambda: process.status() == psutil.STATUS_ZOMBIE, 60)
        assert not leash.is_gone(process)
        assert leash.end([process]) == []
        assert leash.is_gone(process)
    assert leash.is_gone(process)


def test_descendants_of_nobody_are_none() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    assert leash._descendants(process.pid) == []
    assert os.getpid() not in [each.pid for each in leash._session(process.pid)]
