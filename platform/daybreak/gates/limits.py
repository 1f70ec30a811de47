"""Notices limits that are looser than the commit's: such a candidate is judged, but cannot be released."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from daybreak.gates.decision import without_numbers
from daybreak.records import Outcome, Verdict

STRICTNESS = {"off": 0, "warn": 1, "block": 2}


def loosened(committed: Mapping[str, Any], effective: Mapping[str, Any]) -> list[str]:
    """Dotted paths of limits that ask less than the committed ones, with both values.

    Both map gates to their limits. A limit named `min_…` asks less when it is lower, every other number when it is
    higher; floors by label ask less when one is lower or gone; what cannot be compared counts as loosened when it
    differs at all.
    """
    return [
        f"gates.{gate}.{name} is {found}, the commit says {asked}"
        for gate, name, asked, found in _pairs(committed, effective)
        if _asks_less(name, asked, found)
    ]


def other_rows(committed: str | None, effective: str | None) -> list[str]:
    """What to say where other frozen rows judge than the commit names: whoever chooses the rows chooses the verdict."""
    if committed == effective:
        return []
    asked, found = (each[:12] if each else "none" for each in (committed, effective))
    return [f"split.release_set is {found}, the commit says {asked}"]


def verdict(reasons: Sequence[str]) -> Verdict:
    """The blocking verdict on a candidate whose limits were loosened."""
    reason = f"Limits were loosened: {'; '.join(reasons)}. Commit the limits you want, then run again."
    return without_numbers("limits", Outcome.FAIL, "limits_loosened", reason)


def _pairs(committed: Mapping[str, Any], effective: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, Any]]:
    for gate, limits in committed.items():
        for name, asked in limits.items():
            yield gate, name, asked, effective.get(gate, {}).get(name)


def _asks_less(name: str, asked: Any, found: Any) -> bool:
    if name == "mode":
        return STRICTNESS[found] < STRICTNESS[asked]
    if isinstance(asked, Mapping) and isinstance(found, Mapping):
        return any(key not in found or found[key] < floor for key, floor in asked.items())
    if not (_is_number(asked) and _is_number(found)):
        return bool(asked != found)
    return bool(found < asked) if name.startswith("min_") else bool(found > asked)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
