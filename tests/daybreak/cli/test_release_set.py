"""`daybreak data release` leads from a draft to a frozen set, and tells people what to do next."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import make_rows, write_csv
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.cli.base import open_project
from daybreak.data.held_out import release_set
from daybreak.errors import Busy, DataError
from daybreak.night import alone
from daybreak.records import Project

Run = Callable[..., Any]


@pytest.fixture
def run(staged_project: Project, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(staged_project.root)

    def ask(*arguments: str, as_json: bool = True) -> Any:
        words = ["data", "release", *arguments, *(["--json"] if as_json else [])]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout) if as_json else result.stdout

    return ask


def test_from_a_draft_to_a_frozen_set(run: Run, staged_project: Project) -> None:
    assert "There is none: `daybreak data release draw" in run("show", as_json=False)
    assert run("draw", "--rows", "12")["draft"]["rows"] == 12
    assert "Review data/release/draft.jsonl" in run("show", as_json=False)
    made = run("freeze", "--reason", "reviewed together", "--by", "Li")
    assert (made["rows"], made["by"], made["replaces"]) == (12, "Li", "")
    assert len(release_set.load(staged_project.root, made["digest"])) == 12
    told = run("show")
    assert told["frozen"]["digest"] == made["digest"]
    assert "reviewed together" in run("show", as_json=False)


def test_a_set_of_ones_own_is_brought(run: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "mine.csv", make_rows(20, seed=8))
    assert run("bring", str(file))["draft"]["rows"] == 20
    assert "20 rows are frozen" in run("freeze", "--reason", "ours", as_json=False)


@pytest.mark.parametrize("words", [("draw",), ("bring", "rows.csv"), ("freeze", "--reason", "ours")])
def test_nothing_is_written_while_a_night_runs(
    run: Run, staged_project: Project, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DAYBREAK_LOCK_WAIT_SECONDS", "0")
    with alone(open_project(None)), pytest.raises(Busy, match="a night of project"):
        run(*words)
    assert not (staged_project.root / "data/release").exists()


def test_bad_input_is_a_sentence(run: Run, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing.csv is no file"):
        run("bring", str(tmp_path / "nothing.csv"))
    with pytest.raises(DataError, match=r"there is no draft"):
        run("freeze", "--reason", "x")
