"""The journal as a file of JSON Lines: a copy to keep elsewhere, which shows when the journal lost or changed a row."""

import json
from collections.abc import Sequence
from pathlib import Path

from daybreak.errors import ReleaseError
from daybreak.records import JournalEntry


def to_lines(chain: Sequence[JournalEntry]) -> str:
    """One canonical JSON object a line. `digest` is the SHA-256 of that same line without it."""
    return "".join(_to_line(entry) + "\n" for entry in chain)


def from_lines(text: str) -> list[JournalEntry]:
    """The rows that such a file holds."""
    return [JournalEntry.model_validate_json(line) for line in text.splitlines()]


def copy(chain: Sequence[JournalEntry], path: Path) -> Path:
    """Bring the copy at `path` up to date, whole or not at all.

    Raises ReleaseError, and leaves the copy as it is, if it holds a row that the journal no longer has.
    """
    lines = to_lines(chain)
    known = path.read_text(encoding="utf-8") if path.is_file() else ""
    if not lines.startswith(known):
        raise ReleaseError(
            f"the copy of the journal in {path} holds rows that the journal has lost or changed",
            "a journal that only grew",
            "Keep that copy: it is the evidence. Then copy the journal to a new place",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.partial")
    aside.write_text(lines, encoding="utf-8")
    aside.replace(path)
    return path


def _to_line(entry: JournalEntry) -> str:
    # Keys sorted and text as it is, as `digests.of_value` has them.
    return json.dumps({**entry.content, "digest": entry.digest}, sort_keys=True, ensure_ascii=False)
