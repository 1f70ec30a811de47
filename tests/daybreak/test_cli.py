"""The rooms' commands print what the rooms return, as one JSON object or as a table."""

import json
from pathlib import Path
from typing import Any

import pytest
from making import Finished
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.errors import BadInput
from daybreak.records import Project


@pytest.fixture
def ask(finished: Finished, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run a command in the finished night's project and parse its JSON."""
    monkeypatch.chdir(finished.night.project.root)

    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture
def read(finished: Finished, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run a command in the finished night's project and give what it prints for people."""
    monkeypatch.chdir(finished.night.project.root)
    return lambda *arguments: CliRunner().invoke(app, list(arguments), catch_exceptions=False).stdout


def test_data_prepare_tells_rows_leakage_and_both_scores(ask: Any) -> None:
    told = ask("data", "prepare")
    assert told.keys() >= {"data_version", "data_digest", "rows", "quarantined_by_rule", "leakage", "baseline"}
    assert told["leakage"].keys() >= {"pairs", "max_similarity"}
    assert told["baseline"].keys() >= {"naive_accuracy", "honest_accuracy"}


def test_data_versions_are_listed_oldest_first(ask: Any) -> None:
    (version,) = ask("data", "versions")["versions"]
    assert version.keys() >= {"version", "digest", "at", "rows"}
    assert version["version"] == 1


def test_runs_are_listed_and_shown(ask: Any, finished: Finished) -> None:
    listed = [run["run_id"] for run in ask("runs", "list")["runs"]]
    assert finished.record.run_id in listed
    assert ask("runs", "show", finished.record.run_id)["status"] == "released"


def test_gates_are_listed_with_file_mode_and_limits(ask: Any) -> None:
    gates = {gate["gate"]: gate for gate in ask("gates", "list")["gates"]}
    assert {"fairness", "latency", "parity", "quality", "toxicity"} <= gates.keys()
    assert gates["quality"]["limits"] == {"margin": 0.3, "min_accuracy": 0.5}
    assert gates["toxicity"]["mode"] == "warn"
    assert Path(gates["quality"]["file"]).is_file()


def test_gates_are_explained(ask: Any, finished: Finished) -> None:
    verdicts = ask("gates", "explain", finished.record.run_id)["verdicts"]
    assert {verdict["gate"] for verdict in verdicts} == {verdict.gate for verdict in finished.record.verdicts}
    assert all(verdict["reason"] for verdict in verdicts)


def test_the_champion_predicts(ask: Any) -> None:
    told = ask("model", "predict", "早餐，太好了，excellent", "服务，太差了，terrible")
    assert [answer["label"] for answer in told["answers"]] == ["positive", "negative"]
    assert all(0.5 <= answer["probability"] <= 1 for answer in told["answers"])


def test_model_versions_name_the_champion(ask: Any) -> None:
    (version,) = ask("model", "versions")["versions"]
    assert (version["version"], version["champion"]) == (1, True)


def test_history_lists_moves_and_answers_for_a_moment(ask: Any) -> None:
    (move,) = ask("model", "history")["moves"]
    assert (move["from"], move["to"], move["outcome"], move["actor"]) == (None, 1, "done", "test")
    assert ask("model", "history", "--at", "2020-01-01T00:00+00:00")["moves"] == []


@pytest.mark.parametrize("moment", ["2026-11-20T08:00", "yesterday"])
def test_a_moment_without_a_zone_is_refused(read: Any, moment: str) -> None:
    with pytest.raises(BadInput, match="such as 2026-11-20T08:00"):
        read("model", "history", "--at", moment)


def test_an_unknown_run_is_refused(read: Any) -> None:
    with pytest.raises(BadInput, match="there is no run nonesuch"):
        read("runs", "show", "nonesuch")


def test_without_a_champion_the_way_to_one_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    with pytest.raises(BadInput, match=r"no champion yet.*Run daybreak run first"):
        CliRunner().invoke(app, ["model", "predict", "x"], catch_exceptions=False)


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        (("data", "prepare"), "naive_accuracy"),
        (("data", "versions"), "digest"),
        (("runs", "list"), "released"),
        (("gates", "list"), "min_accuracy"),
        (("gates", "explain"), "quality"),
        (("model", "versions"), "champion"),
        (("model", "history"), "done"),
        (("model", "predict", "太好了"), "positive"),
    ],
)
def test_people_get_a_table(read: Any, command: tuple[str, ...], shows: str) -> None:
    assert shows in read(*command)


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


def test_help_names_every_group() -> None:
    text = CliRunner().invoke(app, ["--help"]).stdout
    assert all(group in text for group in ("data", "runs", "gates", "model", "reset"))
