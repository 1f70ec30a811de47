"""What a stack says of itself is believed only while the process lives that said it."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from daybreak.errors import StepFailed
from daybreak.stack import state
from daybreak.stack.state import PartState, StackState, born


def written(pid: int, born: float) -> StackState:
    parts = {"prefect": PartState(state="up", address="http://127.0.0.1:4200", pid=pid, since=datetime.now(UTC))}
    return StackState(pid=pid, born=born, started_at=datetime.now(UTC), phase="up", parts=parts)


def test_a_living_supervisor_is_believed(tmp_path: Path) -> None:
    mine = written(os.getpid(), born(psutil.Process()))
    state.write(state.state_file(tmp_path), mine)
    assert state.living(tmp_path) == mine


def test_a_process_number_used_again_is_not_taken_for_it(tmp_path: Path) -> None:
    state.write(state.state_file(tmp_path), written(os.getpid(), born(psutil.Process()) - 100))
    assert state.read(tmp_path) is not None
    assert state.living(tmp_path) is None


def test_the_dead_are_not_believed(tmp_path: Path) -> None:
    process = subprocess.Popen(["sleep", "600"])
    said = written(process.pid, born(psutil.Process(process.pid)))
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and not reaped
    assert not said.lives, "a zombie is dead"
    process.wait()
    assert not said.lives


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}'])
def test_a_damaged_state_is_none(tmp_path: Path, content: str) -> None:
    state.state_file(tmp_path).write_text(content, encoding="utf-8")
    assert state.read(tmp_path) is None
    assert state.living(tmp_path) is None


def test_readers_never_see_a_part(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "stack.json"
    for number in range(50):
        state.write(file, {"好": "x" * 10_000, "number": number})
        assert f'"number": {number}' in file.read_text(encoding="utf-8")
    assert [each.name for each in file.parent.iterdir()] == ["stack.json"]


def test_the_announcement(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"not up.*daybreak up"):
        state.announced(tmp_path)
    state.write(state.announcement_file(tmp_path), {"prefect": "http://127.0.0.1:4200/api"})
    assert state.announced(tmp_path) == {"prefect": "http://127.0.0.1:4200/api"}
