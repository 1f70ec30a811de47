"""What the commands about batches print names batch, check, measured value and limit, and shows examples."""

from io import StringIO
from typing import Any

from rich.console import Console

from daybreak.reports import batches

HELD = {
    "name": "bad.csv",
    "state": "held",
    "check": "agreement",
    "measured": 0.81234,
    "limit": 0.15,
    "at": "2026-11-22T02:00:00Z",
    "by": "admission",
    "sha256": "ab" * 32,
    "reason": "are labels swapped?",
}
OUT = {**HELD, "name": "old.csv", "state": "excluded", "by": "Li", "reason": "outdated"}
EXAMPLE = {
    "id": "0" * 16,
    "text": "很好" * 60,
    "label": "positive",
    "source": "a.csv",
    "value": "0.913",
    "threshold": "0.8",
    "detail": "",
}


def printed(drawn: Any) -> str:
    console = Console(width=240, file=StringIO())
    console.print(drawn)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_quarantine_names_what_held_a_batch_and_shows_rows() -> None:
    rules = {"rows": 2, "rules": {"no_label": {"stage": "ingest", "rows": 2, "examples": [EXAMPLE, EXAMPLE]}}}
    waiting = [{"file": "slow.csv", "reason": "a process is still writing it"}]
    told = printed(batches.quarantine({"held": [HELD], "excluded": [OUT], "waiting": waiting, "quarantined": rules}))
    for word in ("bad.csv", "agreement", "0.812", "0.15", "are labels swapped?", "--admit", "old.csv", "outdated"):
        assert word in told
    assert "slow.csv" in told
    assert told.count("no_label") == 1
    assert "…" in told


def test_a_refused_row_shows_what_was_measured_and_the_limit() -> None:
    told = printed(batches.rule({"rows": 1, "rules": {"symbols": {"rows": 1, "examples": [EXAMPLE]}}}))
    for word in ("1 rows were refused by symbols", "0" * 16, "0.913", "0.8", "…"):
        assert word in told


def test_a_dry_run_stands_beside_what_was_refused() -> None:
    told = printed(batches.preview({"rows": 7, "rules": {"symbols": {"rows": 7, "now": 3, "examples": [EXAMPLE]}}}))
    for word in ("symbols", "3", "7", "nothing was changed"):
        assert word in told


def test_restored_rows_are_said_to_come_back() -> None:
    told = {"rule": "symbols", "rows": 2, "ids": ["0"], "examples": [EXAMPLE], "written": True}
    assert "2 rows of symbols come back with the next preparation" in batches.restored(told)
    assert "would come back, such as: 很好" in batches.restored({**told, "written": False})


def test_an_empty_quarantine_says_so() -> None:
    empty = {"held": [], "excluded": [], "waiting": [], "quarantined": {"rows": 0, "rules": {}}}
    told = printed(batches.quarantine(empty))
    assert "refused: 0" in told
    assert "Held" not in told


def test_a_batch_without_a_measurement_shows_dashes() -> None:
    unread = {**HELD, "check": "readable", "measured": None, "limit": None}
    rules = {"rows": 0, "rules": {"no_label": {"stage": "ingest", "rows": 0, "examples": []}}}
    told = printed(batches.quarantine({"held": [unread], "excluded": [], "waiting": [], "quarantined": rules}))
    assert "readable" in told
    assert " - " in told


def test_every_batch_is_a_line() -> None:
    told = printed(batches.batches({"batches": [HELD, OUT], "waiting": []}))
    assert "bad.csv" in told
    assert "excluded" in told
    assert "abababababab" in told


def test_a_decision_says_when_it_takes_effect() -> None:
    assert batches.decision(OUT) == "old.csv is excluded: outdated (Li). The next preparation follows it."
