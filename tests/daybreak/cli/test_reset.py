"""`daybreak reset` deletes the state and nothing else."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.records import Project


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
