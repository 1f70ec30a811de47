"""`daybreak data batches | exclude` list what the data are made of, and let a named person decide."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from making import drop_batch, make_rows, swap_labels
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.data.admitting import incoming
from daybreak.errors import DataError
from daybreak.records import Project

Run = Callable[..., Any]


@pytest.fixture
def run(staged_project: Project, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a project whose poisoned batch was held, and parse its JSON."""
    drop_batch(staged_project, "bad.csv", swap_labels(make_rows(60, seed=9)))
    drop_batch(staged_project, "slow.csv.part", "text")
    incoming.take_in(staged_project)
    monkeypatch.chdir(staged_project.root)

    def ask(*arguments: str, as_json: bool = True) -> Any:
        words = [*arguments, *(["--json"] if as_json else [])]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout) if as_json else result.stdout

    return ask


def test_a_batch_is_excluded_by_its_digest(run: Run) -> None:
    (held,) = (each for each in run("data", "batches")["batches"] if each["name"] == "bad.csv")
    excluded = run("data", "exclude", held["sha256"][:12], "--reason", "labels are swapped")
    assert (excluded["name"], excluded["state"]) == ("bad.csv", "excluded")
    assert excluded["by"]
    assert [each["name"] for each in run("data", "quarantine")["excluded"]] == ["bad.csv"]


def test_batches_lists_what_is_in_and_what_is_not(run: Run) -> None:
    found = run("data", "batches")
    assert {each["name"]: each["state"] for each in found["batches"]} == {"rows.csv": "in", "bad.csv": "held"}
    assert "rows.csv" in run("data", "batches", as_json=False)


def test_a_decision_is_said_to_people(run: Run) -> None:
    told = run("data", "exclude", "bad.csv", "--reason", "labels are swapped", "--by", "Li", as_json=False)
    assert "bad.csv is excluded: labels are swapped (Li)" in " ".join(told.split())


def test_a_batch_that_is_not_there_is_named_with_the_nearest(run: Run) -> None:
    with pytest.raises(DataError, match=r"there is no batch 'bad\.cvs'; expected 'bad\.csv'"):
        run("data", "exclude", "bad.cvs", "--reason", "x")


def test_a_reason_must_be_given(run: Run) -> None:
    result = CliRunner().invoke(app, ["data", "exclude", "bad.csv"])
    assert result.exit_code == 2
    assert "--reason" in result.output
