"""Tables of rows that changed or were forgotten hold every count, example and name."""

from typing import Any

from rich.console import Console

from daybreak.reports import rows

NOTHING: dict[str, Any] = {"count": 0, "by": {}, "examples": []}


def printed(table: Any) -> str:
    console = Console(width=160)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_a_difference_shows_counts_and_examples() -> None:
    example = {"id": "0123456789abcdef", "change": "positive → negative", "text": "房间很干净"}
    kinds = dict.fromkeys(rows.KINDS, NOTHING) | {
        "relabelled": {"count": 12, "by": {"positive → negative": 12}, "examples": [example]}
    }
    text = printed(rows.difference({"from": 3, "to": 5, "rows": {"from": 100, "to": 90}, **kinds}))
    assert "data version 3 (100 rows) → 5 (90 rows)" in text
    assert all(kind in text for kind in rows.KINDS)
    assert all(word in text for word in ("12", "positive → negative 12", "0123456789abcdef", "房间很干净"))


def test_what_was_forgotten_and_what_is_left() -> None:
    found = {"ids": ["0123456789abcdef"], "versions": [1, 2], "files": ["data/shards/x.csv"], "models": [], "left": ""}
    text = printed(rows.forgotten(found))
    assert all(word in text for word in ("0123456789abcdef", "1, 2", "data/shards/x.csv", "none", "nothing"))
    assert "offline" in printed(rows.forgotten({**found, "left": "offline", "models": [7]}))
