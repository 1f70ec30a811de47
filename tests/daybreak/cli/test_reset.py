"""`daybreak reset` deletes the state and nothing else."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.errors import Busy
from daybreak.records import Project
from daybreak.stack import state
from daybreak.stack.state import StackState, born


def test_reset_asks_and_then_deletes_only_the_state(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    state = project.root / ".daybreak" / "runs"
    state.mkdir(parents=True)
    kept = CliRunner().invoke(app, ["reset"], input="n\n")
    assert kept.exit_code != 0
    assert state.is_dir()
    CliRunner().invoke(app, ["reset", "--yes"], catch_exceptions=False)
    assert not state.exists()
    assert project.params_file.is_file()


def test_a_stack_that_is_up_keeps_its_databases(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    folder = project.root / ".daybreak" / "stack"
    began = born(psutil.Process())
    said = StackState(pid=os.getpid(), born=began, started_at=datetime.now(UTC), phase="up", parts={})
    state.write(state.state_file(folder), said)
    with pytest.raises(Busy, match=r"the stack is up.*daybreak down"):
        CliRunner().invoke(app, ["reset", "--yes"], catch_exceptions=False)
    assert folder.is_dir()


def test_reset_deletes_nothing_that_is_not_ours(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("DAYBREAK_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "runs").mkdir(parents=True)
    (tmp_path / "home" / "letters").mkdir()
    result = CliRunner().invoke(app, ["reset", "--yes", "--json"], catch_exceptions=False)
    assert json.loads(result.stdout)["deleted"] == [str(tmp_path / "home" / "runs")]
    assert (tmp_path / "home" / "letters").is_dir()
