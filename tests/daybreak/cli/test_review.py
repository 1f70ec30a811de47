"""`daybreak data review export | import` sends doubtful rows to people and takes their labels back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.data.reading import sources
from daybreak.records import Project

Run = Callable[..., Any]


@pytest.fixture
def run(staged_project: Project, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(staged_project.root)

    def ask(*arguments: str, as_json: bool = True) -> Any:
        words = ["data", "review", *arguments, *(["--json"] if as_json else [])]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout) if as_json else " ".join(result.stdout.split())

    return ask


def answered(path: Path) -> Path:
    """The tasks, answered by one person in the short form of export."""
    tasks = json.loads(path.read_text(encoding="utf-8"))
    given = [{**task["data"], "label": "positive", "annotator": "li"} for task in tasks]
    path.write_text(json.dumps(given), encoding="utf-8")
    return path


def test_a_round_trip(run: Run, staged_project: Project, tmp_path: Path) -> None:
    out = run("export", str(tmp_path / "tasks.json"), "--suspects", "0", "--sample", "10")
    assert out["rows"] == out["why"]["sample"] == 10
    back = run("import", str(answered(tmp_path / "tasks.json")))
    assert (back["reviewed"], back["changed"], back["confirmed"]) == (10, 5, 5)
    found = sources.read_sources(staged_project.root)
    assert found is not None
    assert [batch.name for batch in found.batches] == ["rows.csv", *back["batches"]]


def test_people_are_told_what_to_do_next(run: Run, tmp_path: Path) -> None:
    out = run("export", str(tmp_path / "tasks.json"), "--sample", "4", as_json=False)
    assert "tasks.xml as the labelling interface" in out
    back = run("import", str(answered(tmp_path / "tasks.json")), as_json=False)
    assert "reviewed-by-li-" in back
    assert "The next preparation takes them in" in back


def test_rows_to_call_toxic_or_clean_make_a_round_trip(run: Run, staged_project: Project, tmp_path: Path) -> None:
    path = tmp_path / "toxic.json"
    assert run("export-toxicity", str(path), "--rows", "12")["rows"] == 12
    given = [{**task["data"], "label": "clean"} for task in json.loads(path.read_text(encoding="utf-8"))]
    path.write_text(json.dumps(given), encoding="utf-8")
    assert run("import-toxicity", str(path)) == {"reviewed": 12, "file": "data/toxicity/reviewed.jsonl"}
    assert (staged_project.root / "data/toxicity/reviewed.jsonl").is_file()
    assert "12 rows are reviewed" in run("import-toxicity", str(path), as_json=False)
    assert "import-toxicity FILE" in run("export-toxicity", str(path), "--rows", "12", as_json=False)
