"""Rows that changed between two data versions, or were forgotten, for a terminal."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from daybreak.reports.listings import table

if TYPE_CHECKING:
    from rich.table import Table

KINDS = ("added", "removed", "relabelled", "moved", "quarantined")


def difference(found: Mapping[str, Any]) -> "Table":
    """A line for each count, and below it the examples."""
    lines: list[tuple[Any, ...]] = []
    for kind in KINDS:
        change = found[kind]
        parts = ", ".join(f"{name} {count}" for name, count in change["by"].items())
        lines.append((kind, change["count"], parts))
        lines += [("", each["id"], each["text"]) for each in change["examples"]]
    rows = found["rows"]
    title = f"data version {found['from']} ({rows['from']} rows) → {found['to']} ({rows['to']} rows)"
    return table(("what", "rows", "by label, split or rule; examples"), lines, title)


def forgotten(found: Mapping[str, Any]) -> "Table":
    """What was erased, what is left to do, and the models that saw it."""
    lines = [
        ("rows", " ".join(found["ids"])),
        ("data versions prepared again", _numbers(found["versions"])),
        ("raw files written anew", "\n".join(found["files"])),
        ("models trained on it", _numbers(found["models"])),
        ("still to be erased", found["left"] or "nothing"),
    ]
    return table(("what", "which"), lines)


def _numbers(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"
