"""`daybreak data quarantine` lists by rule, tries rules, admits batches and restores rows by a named person."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from making import drop_batch, make_rows, run_stages, swap_labels, write_csv
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.data.admitting import incoming
from daybreak.errors import DataError
from daybreak.records import Project

Run = Callable[..., Any]
TWICE = [("同一句话说了两遍，这样不好", label) for label in ("negative", "positive")]


@pytest.fixture
def run(staged_project: Project, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a project with a contradiction and a held batch, and parse its JSON."""
    write_csv(staged_project.root / "rows.csv", [*make_rows(300), *TWICE])
    run_stages(staged_project.root)
    drop_batch(staged_project, "bad.csv", swap_labels(make_rows(60, seed=9)))
    drop_batch(staged_project, "slow.csv.part", "text")
    incoming.take_in(staged_project)
    monkeypatch.chdir(staged_project.root)

    def ask(*arguments: str, as_json: bool = True) -> Any:
        words = ["data", "quarantine", *arguments, *(["--json"] if as_json else [])]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout) if as_json else " ".join(result.stdout.split())

    return ask


def test_held_batches_stand_with_measured_and_limit_beside_refused_rows(run: Run) -> None:
    found = run()
    assert found.keys() == {"held", "excluded", "waiting", "quarantined"}
    (held,) = found["held"]
    assert (held["name"], held["check"], held["measured"], held["limit"]) == ("bad.csv", "agreement", 1.0, 0.15)
    assert found["waiting"][0]["file"] == "slow.csv.part"
    assert found["quarantined"]["rows"] == 2
    assert found["quarantined"]["rules"]["contradicting_labels"]["stage"] == "dedupe"
    told = run(as_json=False)
    assert "agreement" in told
    assert "contradicting_labels" in told


def test_one_rule_alone(run: Run) -> None:
    found = run("--rule", "contradicting_labels")
    assert found["rows"] == 2
    assert "同一句话说了两遍" in run("--rule", "contradicting_labels", as_json=False)


def test_a_held_batch_is_admitted(run: Run) -> None:
    admitted = run("--admit", "bad.csv", "--reason", "we need it", "--by", "Li")
    assert (admitted["state"], admitted["by"], admitted["reason"]) == ("admitted", "Li", "we need it")
    assert run()["held"] == []


def test_rows_are_restored_by_id_after_a_dry_run(run: Run) -> None:
    wanted = run("--rule", "contradicting_labels")["rules"]["contradicting_labels"]["examples"][0]["id"]
    restore = ("--rule", "contradicting_labels", "--restore", wanted)
    would = run(*restore, "--dry-run")
    assert (would["rows"], would["ids"], would["written"]) == (1, [wanted], False)
    assert "1 rows of contradicting_labels would come back" in run(*restore, "--dry-run", as_json=False)
    assert run(*restore, "--reason", "read it", "--by", "Li")["written"]
    told = run(*restore, "--reason", "read it", as_json=False)
    assert "come back with the next preparation" in told


def test_a_dry_run_tries_the_rules_as_they_stand(run: Run) -> None:
    assert run("--dry-run") == {"rows": 0, "rules": {}}
    assert "nothing was changed" in run("--dry-run", as_json=False)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--admit", "bad.csv"), "the reason is empty"),
        (("--reason", "x"), "belong to a decision"),
        (("0" * 16,), "belong to a decision"),
        (("--restore", "--reason", "x"), "--restore puts rows of one rule back; expected --rule RULE"),
        (("--restore", "--rule", "contradicting_labels", "--reason", "x"), "the rows contradict each other"),
        (("--admit", "bad.csv", "--restore"), "--admit takes in a batch, --restore rows"),
        (("--rule", "unheard_of", "--dry-run"), "clean would refuse no row by rule 'unheard_of'"),
        (("--rule", "contradicting"), "no row was refused by rule 'contradicting'; expected contradicting_labels"),
    ],
)
def test_wrong_words_are_refused(run: Run, words: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        run(*words)
