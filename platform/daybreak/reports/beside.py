"""Answers of today beside the champion's: golden questions, and rows that both were asked."""

from collections.abc import Mapping
from typing import Any


def golden(measured: Mapping[str, Any], champion: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row a golden case: `asked, wanted, now, then, held, why, place`; `then` is None where no champion was asked.

    Cases that do not hold come first. Empty where a measurement kept no answers.
    """
    before = {_case(each): each["predicted"] for each in _told(champion)}
    failed = {_case(each) for each in (measured.get("golden") or {}).get("failed") or ()}
    rows = [
        {
            "asked": each["text"],
            "wanted": each["label"],
            "now": each["predicted"],
            "then": before.get(_case(each)),
            "held": _case(each) not in failed,
            "why": each.get("why") or "",
            "place": each.get("place") or "",
        }
        for each in _told(measured)
    ]
    return sorted(rows, key=lambda row: row["held"])


def written(measured: Mapping[str, Any], champion: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Test rows that a model that writes was asked: `asked, wanted, now, then`."""
    before = {each["asked"]: each["answer"] for each in _examples(champion)}
    return [
        {"asked": each["asked"], "wanted": each["reference"], "now": each["answer"], "then": before.get(each["asked"])}
        for each in _examples(measured)
    ]


def _told(measured: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list((measured.get("golden") or {}).get("answers") or [])


def _examples(measured: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list((measured.get("answers") or {}).get("examples") or [])


def _case(told: Mapping[str, Any]) -> tuple[str, str]:
    return str(told.get("place") or ""), str(told["text"])
