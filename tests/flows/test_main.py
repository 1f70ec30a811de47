"""The command that starts nights: what it refuses, what it plans, and what it exits with."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from making import Finished
from typer.testing import CliRunner

from daybreak.errors import BadInput, ParamsError
from flows.__main__ import app, main


def test_help_teaches_the_flags() -> None:
    text = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).stdout
    assert all(word in text for word in ("--plan", "--require-release", "--project", "--json", "section.key=value"))


def test_a_plan_is_json_and_starts_nothing(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    result = CliRunner().invoke(app, ["run", "--plan", "--json"], catch_exceptions=False)
    assert {step["action"] for step in json.loads(result.stdout)["steps"]} == {"reuse"}
    assert not (finished.night.settings.home / "prefect").exists()


def test_an_unchanged_night_starts_nothing(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    result = CliRunner().invoke(app, ["run", "--json"], catch_exceptions=False)
    assert json.loads(result.stdout)["status"] == "unchanged"
    assert not (finished.night.settings.home / "prefect").exists()


def test_bad_input_is_refused_before_anything_starts(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    with pytest.raises(ParamsError, match=r"training\.learning_rate"):
        CliRunner().invoke(app, ["run", "-p", "training.learning_rat=1"], catch_exceptions=False)
    with pytest.raises(BadInput, match="no flow 'sleep'"):
        CliRunner().invoke(app, ["run", "sleep"], catch_exceptions=False)


def test_an_error_is_one_sentence_and_its_exit_code(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "flows", "run"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("daybreak: ")
    assert len(done.stderr.splitlines()) == 1


def test_main_is_the_entry_point() -> None:
    from importlib.metadata import entry_points

    (command,) = entry_points(group="console_scripts", name="daybreak")
    assert command.load() is main
