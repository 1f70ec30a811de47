"""The lock keeps others out for a bounded while, names its holder, and is freed by death."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daybreak import locks
from daybreak.errors import Busy

HOLD = """
import sys, time
from pathlib import Path
from daybreak import locks
with locks.hold(Path(sys.argv[1]), 1, "a night"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):  # type: ignore[no-untyped-def]
    path = tmp_path / "locks" / "sample.lock"
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    yield child, path
    child.kill()
    child.wait()
    child.stdout.close()


def test_the_second_one_waits_then_names_the_first(holder: tuple[subprocess.Popen[str], Path]) -> None:
    child, path = holder
    with pytest.raises(Busy, match=f"process {child.pid} .*a night"), locks.hold(path, 0.2, "another night"):
        pytest.fail("the lock was given twice")


def test_kill_frees_the_lock(holder: tuple[subprocess.Popen[str], Path]) -> None:
    child, path = holder
    child.kill()
    child.wait()
    with locks.hold(path, 5, "the next night"):
        assert str(os.getpid()) in path.with_suffix(".holder").read_text(encoding="utf-8")


def test_it_can_be_held_again_and_again(tmp_path: Path) -> None:
    for _ in range(2):
        with locks.hold(tmp_path / "a.lock", 0.1, "x"):
            pass


def test_whoever_waits_is_told_once_for_whom(holder: tuple[subprocess.Popen[str], Path]) -> None:
    child, path = holder
    told: list[str] = []
    with pytest.raises(Busy), locks.hold(path, 0.2, "another night", told.append):
        pytest.fail("the lock was given twice")
    assert len(told) == 1
    assert f"process {child.pid}" in told[0]


def test_a_lent_lock_can_be_had_by_others_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    with locks.hold(path, 0, "the first") as held:
        with held.lent(1), locks.hold(path, 0, "the second"):
            assert "the second" in path.with_suffix(".holder").read_text(encoding="utf-8")
        assert "the first" in path.with_suffix(".holder").read_text(encoding="utf-8")
        with pytest.raises(Busy, match="the first"), locks.hold(path, 0, "the third"):
            pytest.fail("the lock was not taken back")
    with locks.hold(path, 0, "the third"):
        pass


def test_a_lent_lock_that_others_keep_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    keeps = locks.hold(path, 0, "the second")
    with pytest.raises(Busy, match="the second"), locks.hold(path, 0, "the first") as held, held.lent(0.1):
        keeps.__enter__()
    keeps.__exit__(None, None, None)
