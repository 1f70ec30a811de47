"""People read what judges: the release set with what to do next, golden cases, and what was found in training."""

from typing import Any

from rich.console import Console

from daybreak.reports import evaluation_sets

FROZEN = {"rows": 12, "labels": {"": 2, "negative": 10}, "digest": "ab" * 32}
STATUS: dict[str, Any] = {
    "frozen": None,
    "draft": None,
    "file": "data/release/rows.jsonl",
    "draft_file": "data/release/draft.jsonl",
    "journal": [],
}


def text(drawn: Any) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(drawn)
    return capture.get()


def test_a_release_set_says_what_comes_next() -> None:
    assert "daybreak data release draw" in text(evaluation_sets.release(STATUS))
    assert "daybreak data release freeze" in text(evaluation_sets.release({**STATUS, "draft": FROZEN}))
    entry = {"at": "2026-11-22T03:00Z", "by": "Li", "rows": 12, "digest": "ab" * 32, "reason": "两人看过"}
    told = text(evaluation_sets.release({**STATUS, "frozen": FROZEN, "journal": [entry]}))
    assert "no label 2, negative 10" in told
    assert "两人看过" in told
    assert "draw" not in told
    assert "12 rows are frozen as abababababab" in evaluation_sets.frozen(entry)


def test_golden_cases_say_what_must_be() -> None:
    cases = [
        {"place": "a:1", "text": "x" * 100, "label": ["b", "c"], "answer": None, "why": ""},
        {"place": "a:2", "text": "2 + 2", "label": None, "answer": "4", "why": "sums"},
    ]
    told = text(evaluation_sets.golden({"cases": cases}))
    assert "b, c" in told
    assert "sums" in told
    assert "x" * 61 not in told


def test_contamination_stands_beside_the_training_text() -> None:
    example = {"item": "问题", "text": "训练文本", "similarity": 0.9, "contained": 1.0}
    found = {"set": "exam", "rows": 3, "exact": 0, "near": 1, "contained": 0, "examples": [example]}
    told = text(evaluation_sets.contamination({"sets": [found]}))
    assert "训练文本" in told
    assert "0.9" in told
    assert "训练文本" not in text(evaluation_sets.contamination({"sets": [{**found, "examples": []}]}))
