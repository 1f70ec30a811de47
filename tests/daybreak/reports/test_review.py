"""What people read about a version's page, and about rows that went to people and came back."""

from io import StringIO
from typing import Any

from rich.console import Console

from daybreak.reports import review

DRIFT = {
    "name": ["旧", "the version before (1)"],
    "rows": {"added": 40, "removed": 2},
    "p_value": 0.001,
    "effect": 0.71,
}


def printed(drawn: Any) -> str:
    console = Console(width=200, file=StringIO())
    console.print(drawn)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_version_is_a_line_with_what_was_found() -> None:
    alike = {**DRIFT, "p_value": 0.4, "effect": 0.52}
    few = {**DRIFT, "p_value": None, "effect": None}
    told = printed(review.report({"version": 2, "report": "/r/2.html", "drift": [DRIFT, alike, few]}))
    for words in ("the version before (1)", "differ", "71%", "cannot be told apart", "too few to tell", "/r/2.html"):
        assert words in told


def test_tasks_are_counted_by_why() -> None:
    why = {"contradicting_labels": 2, "near_duplicates": 0, "label_noise": 3, "sample": 5}
    told = review.exported({"tasks": "a.json", "interface": "a.xml", "rows": 10, "why": why})
    assert told.startswith("10 tasks (contradicting_labels 2, label_noise 3, sample 5) in a.json.")
    assert "daybreak data review import" in told
    nothing = review.exported({"tasks": "a.json", "interface": "a.xml", "rows": 0, "why": dict.fromkeys(why, 0)})
    assert "nothing is in doubt" in nothing


def test_answers_are_counted() -> None:
    told = {"batches": ["b"], "reviewed": 5, "confirmed": 3, "changed": 2, "unanswered": 0, "disagreements": []}
    assert review.imported(told) == "5 reviewed, 3 confirmed, 2 changed: b. The next preparation takes them in."
    more = {**told, "batches": [], "unanswered": 1, "disagreements": ["x", "y"]}
    assert "1 unanswered, 2 left out, for people disagree: no batch" in review.imported(more)


def test_toxicity_says_where_to_go_on() -> None:
    out = review.toxicity_exported({"rows": 3, "tasks": "/r/t.json", "interface": "/r/t.xml"})
    assert "3 tasks in /r/t.json" in out
    assert "/r/t.xml" in out
    assert "350 rows are reviewed, in f.jsonl" in review.toxicity_imported({"reviewed": 350, "file": "f.jsonl"})
