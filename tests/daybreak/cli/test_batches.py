"""`daybreak data batches | exclude | quarantine` list what was set aside, and let a named person decide."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from making import drop_batch, make_rows, swap_labels
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.data import incoming
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


def test_quarantine_tells_held_batches_with_measured_and_limit(run: Run) -> None:
    found = run("data", "quarantine")
    assert found.keys() == {"held", "excluded", "waiting", "quarantined"}
    (held,) = found["held"]
    assert (held["name"], held["check"], held["measured"], held["limit"]) == ("bad.csv", "agreement", 1.0, 0.15)
    assert found["waiting"][0]["file"] == "slow.csv.part"
    assert found["quarantined"] == {"rows": 0, "rules": {}}
    assert "agreement" in run("data", "quarantine", as_json=False)


def test_a_held_batch_is_admitted_by_name_and_excluded_again(run: Run) -> None:
    admitted = run("data", "quarantine", "--admit", "bad.csv", "--reason", "we need it", "--by", "Li")
    assert (admitted["state"], admitted["by"], admitted["reason"]) == ("admitted", "Li", "we need it")
    assert run("data", "quarantine")["held"] == []
    excluded = run("data", "exclude", admitted["sha256"][:12], "--reason", "labels are swapped")
    assert excluded["state"] == "excluded"
    assert excluded["by"]
    assert [each["name"] for each in run("data", "quarantine")["excluded"]] == ["bad.csv"]


def test_batches_lists_what_is_in_and_what_is_not(run: Run) -> None:
    found = run("data", "batches")
    assert {each["name"]: each["state"] for each in found["batches"]} == {"rows.csv": "in", "bad.csv": "held"}
    assert "rows.csv" in run("data", "batches", as_json=False)


def test_a_decision_is_said_to_people(run: Run) -> None:
    told = run("data", "exclude", "bad.csv", "--reason", "labels are swapped", "--by", "Li", as_json=False)
    assert "bad.csv is excluded: labels are swapped (Li)" in " ".join(told.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("exclude", "bad.cvs", "--reason", "x"), "there is no batch 'bad.cvs'; expected 'bad.csv'"),
        (("quarantine", "--admit", "bad.csv"), "the reason is empty"),
        (("quarantine", "--reason", "x"), "say why a batch is admitted"),
    ],
)
def test_wrong_words_are_refused(run: Run, words: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        run("data", *words)


def test_a_reason_must_be_given(run: Run) -> None:
    result = CliRunner().invoke(app, ["data", "exclude", "bad.csv"])
    assert result.exit_code == 2
    assert "--reason" in result.output
