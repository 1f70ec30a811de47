"""How things are is told with the stack down too, and quickly; a fault makes the doctor exit with 1."""

import json
import time
from pathlib import Path

import pytest
from making import Finished, make_founder, make_project
from typer.testing import CliRunner

from daybreak import recording
from daybreak.doctor import disk
from daybreak.records import Project
from flows.__main__ import app


def test_a_new_project_has_a_status(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    result = CliRunner().invoke(app, ["status", "--json"], catch_exceptions=False)
    told = json.loads(result.stdout)
    assert {"parts", "next_run", "hold"} <= told.keys()
    assert {name: part["state"] for name, part in told["parts"].items()} == dict.fromkeys(
        ("prefect", "mlflow", "worker", "watcher"), "down"
    )
    assert (told["next_run"], told["hold"], told["last_run"], told["champion"]) == (None, None, None, None)
    assert told["data"] == {"pinned": None, "waiting": 0, "held": []}


def test_a_project_that_releases_nothing_says_so_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_founder(tmp_path / "checkout").root)
    text = CliRunner().invoke(app, ["status"], catch_exceptions=False).stdout
    assert "sample is trained by train-model each night, and not released: recipe pretrain" in " ".join(text.split())


def test_files_that_wait_are_counted(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    incoming = project.data / "incoming"
    incoming.mkdir(parents=True)
    (incoming / "新的.csv").write_text("text,label\n好,positive\n", encoding="utf-8")
    told = json.loads(CliRunner().invoke(app, ["status", "--json"], catch_exceptions=False).stdout)
    assert told["data"]["waiting"] == 1


def test_after_a_night_the_last_run_and_the_champion_are_told(
    finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(finished.night.project.root)
    began = time.process_time()
    text = CliRunner().invoke(app, ["status"], catch_exceptions=False).stdout
    assert time.process_time() - began < 10
    told = json.loads(CliRunner().invoke(app, ["status", "--json"], catch_exceptions=False).stdout)
    last = recording.open_ledger(finished.night).run("sample")
    assert last is not None
    assert told["last_run"]["run_id"] == last.run_id
    assert told["last_run"]["status"] == last.status
    assert told["champion"] == 1
    assert finished.record.run_id in text
    assert "version 1" in text


def test_a_doctor_s_findings_are_json_and_faults_exit_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path / "checkout", rows=4)
    monkeypatch.chdir(project.root)
    well = CliRunner().invoke(app, ["doctor", "--json"], catch_exceptions=False)
    assert (well.exit_code, json.loads(well.stdout)["ok"]) == (0, True), well.stdout
    monkeypatch.setattr(disk, "NEEDED_BYTES", 10**18)
    ill = CliRunner().invoke(app, ["doctor", "--json"], catch_exceptions=False)
    told = json.loads(ill.stdout)
    assert (ill.exit_code, told["ok"]) == (1, False)
    assert [each["remedy"] for each in told["checks"] if not each["ok"]] != []
    assert "daybreak clean" in CliRunner().invoke(app, ["doctor"], catch_exceptions=False).stdout


@pytest.mark.parametrize("command", ["up", "down", "status", "doctor"])
def test_help_teaches(command: str) -> None:
    text = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).stdout
    assert "--project" in text
    assert "--json" in text
