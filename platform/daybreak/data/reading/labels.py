"""A row's label as text: one name as it is, several as a JSON list in order."""

import json
from collections.abc import Iterable
from typing import Any


def names(label: str) -> tuple[str, ...]:
    """The labels that the text stands for: one, several from a JSON list, none for ""."""
    found = listed(label)
    return tuple(map(str, found)) if found is not None else (label,) if label else ()


def joined(found: Iterable[str]) -> str:
    """The text that stands for these labels, whatever their order and however often each is there."""
    distinct = sorted({each.strip() for each in found} - {""})
    return json.dumps(distinct, ensure_ascii=False) if len(distinct) > 1 else "".join(distinct)


def listed(text: str) -> list[Any] | None:
    """What a JSON list holds; None for a name that only begins with a bracket, as for any other."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None
