"""Reads a training history: the metrics of each step, in whichever of its plain JSON shapes it was written."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from daybreak.errors import DataError

_STEP_NAMES = ("step", "global_step", "iteration")


def read_history(path: Path) -> list[tuple[int, dict[str, float]]]:
    """(step, metrics) pairs in order. Reads a list of records, a mapping of such lists, or a mapping of columns.

    Raises DataError for a file that is missing or is no JSON of that kind.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"the training history {path} cannot be read ({error})", "JSON") from None
    entries = [_entry(record, position) for position, record in enumerate(_records(content), start=1)]
    return sorted((entry for entry in entries if entry[1]), key=lambda entry: entry[0])


def _records(content: Any) -> Iterable[Mapping[str, Any]]:
    if isinstance(content, list):
        return [record for record in content if isinstance(record, dict)]
    if not isinstance(content, dict):
        return []
    lists = [value for value in content.values() if isinstance(value, list) and value]
    if lists and all(isinstance(item, dict) for value in lists for item in value):
        return [record for value in lists for record in value]
    columns = {name: value for name, value in content.items() if isinstance(value, list)}
    length = min((len(value) for value in columns.values()), default=0)
    return [{name: value[row] for name, value in columns.items()} for row in range(length)]


def _entry(record: Mapping[str, Any], position: int) -> tuple[int, dict[str, float]]:
    step = next((record[name] for name in _STEP_NAMES if isinstance(record.get(name), int | float)), position)
    numbers = {
        name: float(value)
        for name, value in record.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and name not in _STEP_NAMES
    }
    return int(step), numbers
