"""Rows that people called toxic or clean: drawn, brought back, read."""

import json
from pathlib import Path
from typing import Any

import pytest

from daybreak.data import tables
from daybreak.data.reviewing import toxicity
from daybreak.errors import DataError
from daybreak.records import Project


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    return Project(name="bare", root=tmp_path)


def write(project: Project, *lines: Any) -> None:
    path = project.root / toxicity.FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")


def exported(path: Path, *answers: tuple[str, list[str]], cancelled: bool = False) -> Path:
    """A Label Studio export: each row with what one person or several chose."""
    tasks = [
        {
            "data": {"row": row, "text": "…"},
            "annotations": [
                {"was_cancelled": cancelled, "result": [{"from_name": "label", "value": {"choices": [choice]}}]}
                for choice in choices
            ],
        }
        for row, choices in answers
    ]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def test_nothing_was_reviewed_at_first(bare: Project) -> None:
    assert toxicity.load(bare.root) == ()
    assert toxicity.digest(bare.root) == ""


def test_lines_are_read_in_the_order_of_ids(bare: Project) -> None:
    write(bare, {"id": "b", "label": "clean"}, "", {"id": "a", "label": "toxic", "text": "混蛋"})
    assert [(one.id, one.label, one.text) for one in toxicity.load(bare.root)] == [
        ("a", "toxic", "混蛋"),
        ("b", "clean", ""),
    ]
    assert len(toxicity.digest(bare.root)) == 64


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{"], r"reviewed.jsonl cannot be read"),
        ([{"id": "a", "label": "rude"}], r"reviewed.jsonl:1 is no verdict; expected \{\"id\""),
        ([{"label": "toxic"}], "is no verdict"),
        ([["a"]], "is no verdict"),
        ([{"id": "a", "label": "toxic"}, {"id": "a", "label": "clean"}], r"reviewed.jsonl:2 contradicts.*about a"),
    ],
)
def test_what_is_no_verdict_is_told(bare: Project, lines: list[Any], message: str) -> None:
    write(bare, *lines)
    with pytest.raises(DataError, match=message):
        toxicity.load(bare.root)


def test_rows_are_drawn_for_label_studio(staged_project: Project, tmp_path: Path) -> None:
    drawn = toxicity.draw(staged_project, tmp_path / "tasks.json", rows=20)
    tasks = tables.read_json(drawn.tasks)
    assert drawn.rows == len(tasks) == 20
    assert all(set(task["data"]) == {"row", "text"} for task in tasks)
    assert "toxic" in drawn.interface.read_text(encoding="utf-8")
    toxicity.draw(staged_project, tmp_path / "again.json", rows=20)
    assert tables.read_json(tmp_path / "again.json") == tasks


def test_the_round_trip_adds_to_what_is_known(staged_project: Project, tmp_path: Path) -> None:
    toxicity.draw(staged_project, tmp_path / "tasks.json", rows=20)
    asked = [task["data"]["row"] for task in tables.read_json(tmp_path / "tasks.json")]
    path = exported(tmp_path / "export.json", *((row, ["clean"]) for row in asked[:12]))
    assert toxicity.take_back(staged_project, path) == 12
    assert toxicity.draw(staged_project, tmp_path / "rest.json", rows=20).rows == 8
    assert toxicity.take_back(staged_project, exported(tmp_path / "more.json", (asked[12], ["toxic"]))) == 13
    assert {one.id: one.label for one in toxicity.load(staged_project.root)}[asked[12]] == "toxic"


def test_lines_may_be_brought_without_label_studio(bare: Project, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    path.write_text('{"id": "a", "label": "toxic", "text": "…"}\n{"id": "b", "label": "clean"}\n', encoding="utf-8")
    assert toxicity.take_back(bare, path) == 2
    assert toxicity.take_back(bare, path) == 2


def test_the_short_form_of_an_export_is_read(bare: Project, tmp_path: Path) -> None:
    path = tmp_path / "min.json"
    path.write_text(
        json.dumps([{"id": 7, "row": "a", "text": "…", "label": "toxic", "annotator": 1}]), encoding="utf-8"
    )
    assert toxicity.take_back(bare, path) == 1
    assert toxicity.load(bare.root)[0].id == "a"


def test_people_must_agree(bare: Project, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"contradicts another verdict on a"):
        toxicity.take_back(bare, exported(tmp_path / "export.json", ("a", ["toxic", "clean"])))
    assert toxicity.load(bare.root) == ()


def test_skipped_tasks_are_no_verdicts(bare: Project, tmp_path: Path) -> None:
    assert toxicity.take_back(bare, exported(tmp_path / "export.json", ("a", ["toxic"]), cancelled=True)) == 0


def test_another_choice_is_told(bare: Project, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"export.json, task 1 is no verdict"):
        toxicity.take_back(bare, exported(tmp_path / "export.json", ("a", ["rude"])))


def test_without_prepared_data_nothing_is_drawn(bare: Project, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="project bare has no prepared data"):
        toxicity.draw(bare, tmp_path / "tasks.json")


def test_the_short_form_is_taken_in_and_unanswered_tasks_are_left_out(bare: Project, tmp_path: Path) -> None:
    unanswered = {"data": {"row": 4}, "annotations": [{"result": [{"from_name": "label", "value": {}}]}]}
    answered = [{"row": 1, "label": "toxic"}, {"row": 2, "label": {"choices": ["clean"]}}]
    path = tmp_path / "short.json"
    path.write_text(json.dumps([*answered, {"row": 3}, {"row": 5, "label": {}}, unanswered]), encoding="utf-8")
    assert toxicity.take_back(bare, path) == 2
    assert [(one.id, one.label) for one in toxicity.load(bare.root)] == [("1", "toxic"), ("2", "clean")]
