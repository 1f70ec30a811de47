"""The commands that move the champion: each asks for what it needs, says what it did, and prints JSON when asked."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from making import Finished
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.errors import BadInput, ReleaseError
from daybreak.records import Project
from daybreak.tracking import Registry


class Desk:
    """Runs commands in a project of its own, whose version 1 is champion."""

    def __init__(self, project: Project, home: Path) -> None:
        self.project = project
        self.registry = Registry(f"sqlite:///{home / 'mlflow.db'}")

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, ["model", *arguments], input=typed, catch_exceptions=False)

    def ask(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def desk(finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    home = tmp_path / "home"
    shutil.copytree(finished.night.settings.home, home, ignore=shutil.ignore_patterns("steps", "locks"))
    monkeypatch.setenv("DAYBREAK_HOME", str(home))
    monkeypatch.chdir(finished.night.project.root)
    return Desk(finished.night.project, home)


@pytest.fixture
def second(desk: Desk, finished: Finished) -> int:
    """Version 2: the same night's artifact, registered again, so that it can be promoted by override alone."""
    lineage = {"daybreak.run_id": finished.record.run_id}
    shipped = finished.results.exported.shipped
    from daybreak.tracking import Tracker

    artifacts = Path(str(desk.registry._url).removeprefix("sqlite:///")).parent / "mlflow-artifacts"
    night = Tracker(desk.registry._url, artifacts, desk.project).start("another", {})
    return desk.registry.register(desk.project, night, shipped, labels=finished.results.dataset.labels, tags=lineage)


def test_history_has_moves_champion_hold_and_loads(desk: Desk, tmp_path: Path) -> None:
    desk.ask("fetch", str(tmp_path / "served"))
    told = desk.ask("history")
    (move,) = told["moves"]
    assert {"at", "actor", "from", "to", "outcome", "reason", "data_version", "commit", "evidence"} <= move.keys()
    assert (move["kind"], move["from"], move["to"]) == ("release", None, 1)
    assert move["duration_ms"] > 0
    assert (told["champion"]["version"], told["champion"]["commit"]) == (1, move["commit"])
    assert told["champion"]["verdicts"][0]["gate"]
    assert (told["hold"], told["fault"]) == (None, None)
    (load,) = told["loads"]
    assert (load["version"], load["folder"]) == (1, str(tmp_path / "served"))
    assert "Champion: version 1" in desk.run("history").stdout


def test_before_the_first_release_there_was_no_champion(desk: Desk) -> None:
    told = desk.ask("history", "--at", "2020-01-01T00:00+08:00")
    assert (told["moves"], told["champion"], told["loads"]) == ([], None, [])
    with pytest.raises(BadInput, match="has no time zone"):
        desk.run("history", "--at", "2026-11-20T08:00")


def test_fetch_serves_the_champion_once(desk: Desk, tmp_path: Path) -> None:
    folder = str(tmp_path / "served")
    assert desk.ask("fetch", folder)["switched"] is True
    assert desk.ask("fetch", folder)["switched"] is False
    assert "serves already version 1" in desk.run("fetch", folder).stdout.replace("\n", " ")


def test_without_an_earlier_release_there_is_nothing_to_roll_back_to(desk: Desk) -> None:
    with pytest.raises(BadInput, match="no release before version 1"):
        desk.run("rollback", "--reason", "答错")
    assert desk.run("rollback").exit_code == 2


def test_promote_shows_asks_and_obeys(desk: Desk, second: int) -> None:
    declined = desk.run("promote", str(second), typed="n\n")
    assert declined.exit_code == 1
    assert "Make version 2 champion?" in declined.stdout
    assert "accuracy" in declined.stdout
    assert len(desk.ask("history")["moves"]) == 1


def test_promote_in_a_script_needs_yes(desk: Desk, second: int) -> None:
    with pytest.raises(BadInput, match="--json cannot ask; expected --yes with it"):
        desk.run("promote", str(second), "--json")
    with pytest.raises(BadInput, match="an override that nobody answers for; expected --by NAME and --reason TEXT"):
        desk.run("promote", str(second), "--yes", "--override", "--by", "林晓")


def test_an_alias_moved_by_hand_is_reconciled_and_rolled_back(desk: Desk, second: int) -> None:
    named = ("--by", "林晓", "--reason", "线上就用它")
    desk.registry.set_alias(desk.project, second)
    with pytest.raises(ReleaseError, match="daybreak model reconcile"):
        desk.run("promote", str(second), "--yes", "--override", "--by", "林晓", "--reason", "急")
    with pytest.raises(BadInput, match="neither --accept nor --restore"):
        desk.run("reconcile", *named)
    assert desk.ask("reconcile", "--restore", *named)["to"] == 1
    desk.registry.set_alias(desk.project, second)
    accepted = desk.ask("reconcile", "--accept", *named)
    assert (accepted["kind"], accepted["from"], accepted["to"]) == ("reconcile", 1, second)

    back = desk.ask("rollback", "--reason", "答错")
    assert (back["kind"], back["outcome"], back["to"]) == ("rollback", "done", 1)
    assert back["duration_ms"] <= 60_000  # 300 on a machine with nothing else to do
    assert "@" in back["actor"]
    assert desk.ask("history")["hold"]["version"] == second
    assert "On hold: version 2" in desk.run("history").stdout
    assert [hold["version"] for hold in desk.ask("unhold", *named)["lifted"]] == [second]
    assert desk.ask("history")["hold"] is None


def test_a_rollback_needs_no_readable_params(desk: Desk, second: int) -> None:
    desk.registry.set_alias(desk.project, second)
    desk.ask("reconcile", "--accept", "--by", "林晓", "--reason", "x")
    file = desk.project.params_file
    kept = file.read_text(encoding="utf-8")
    file.write_text("training: {oops", encoding="utf-8")
    try:
        assert desk.ask("rollback", "--reason", "答错")["outcome"] == "done"
    finally:
        file.write_text(kept, encoding="utf-8")


def test_evidence_is_written_where_asked(desk: Desk, tmp_path: Path) -> None:
    told = desk.ask("evidence", "--at", "2100-01-01T00:00+08:00", "--to", str(tmp_path / "e.zip"))
    assert (told["version"], told["fault"]) == (1, None)
    assert (tmp_path / "e.zip").is_file()
    with pytest.raises(BadInput, match="had no champion at 2020"):
        desk.run("evidence", "--at", "2020-01-01T00:00+08:00")
