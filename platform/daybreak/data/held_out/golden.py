"""Golden cases: inputs with answers that must hold in whatever is released, in data/golden/*.jsonl, kept in git."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from daybreak import digests
from daybreak.errors import DataError
from daybreak.records import Record

FOLDER = Path("data/golden")
SHAPE = '{"text": …, "label": …} or {"text": …, "answer": …}, with "why" if you like'


class Case(Record):
    """One input and what must come out: a label (of several, all of them), or for a generated answer its words.

    `why` says what would be lost if it did not hold; `place` is the file and line.
    """

    text: str = Field(min_length=1)
    label: str | tuple[str, ...] | None = None
    answer: str | None = None
    why: str = ""
    place: str = ""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The labels, or the answer, that must come out."""
        if self.answer is not None:
            return (self.answer,)
        return (self.label,) if isinstance(self.label, str) else tuple(sorted(self.label or ()))


def load(root: Path) -> tuple[Case, ...]:
    """Every case of the project, by file and line; none where there is no file.

    Raises DataError, naming the line, for one that is not JSON, has another key or no answer, or contradicts another.
    """
    cases = tuple(case for file in files(root) for case in _read(file, root))
    seen: dict[str, Case] = {}
    for case in cases:
        first = seen.setdefault(case.text, case)
        if first.wanted != case.wanted:
            found = f"{first.place} and {case.place} want different answers to the same text"
            raise DataError(found, "one answer a text", "Mend one of them")
    return cases


def files(root: Path) -> list[Path]:
    """The project's files of golden cases."""
    return sorted((root / FOLDER).glob("*.jsonl"))


def digest(root: Path) -> str:
    """SHA-256 over all files; "" without any."""
    found = files(root)
    return digests.of_files(found, below=root / FOLDER) if found else ""


def _read(file: Path, root: Path) -> Iterator[Case]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError:
        raise DataError(f"{file.name} is not UTF-8", "golden cases in UTF-8", "Save it as UTF-8") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{file.relative_to(root).as_posix()}:{number}"
        try:
            case = Case(**{**json.loads(line), "place": place})
        except (ValueError, TypeError, ValidationError):
            raise DataError(f"{place} is no golden case", SHAPE, "Mend the line") from None
        if (case.label is None) == (case.answer is None):
            raise DataError(f"{place} must have a label or an answer, and not both", SHAPE, "Mend the line")
        yield case
