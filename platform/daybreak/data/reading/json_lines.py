"""JSON Lines: one object a line; a key that a line lacks is a missing value."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from daybreak.data.reading import encoding
from daybreak.errors import DataError


def read(path: Path, name: str, code: str | None) -> Iterator[dict[str, Any]]:
    """Each object; empty lines are none. Raises DataError, naming the line, for anything else."""
    for number, line in enumerate(encoding.lines(path, name, code, newline="\n"), start=1):
        if line.isspace():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            found = f"{name}, line {number}, is not JSON: {error}"
            raise DataError(found, "one object a line", "Mend that line") from None
        if not isinstance(row, dict):
            raise DataError(f"{name}, line {number}, is a {type(row).__name__}", "one object a line", "Mend that line")
        yield row
