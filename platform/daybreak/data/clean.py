"""Stage clean: normalise text and set unusable rows aside."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from daybreak.data import stage, tables
from daybreak.records import Record

INVISIBLE = {"Cc", "Cf", "Cs"}  # control, format (zero-width, direction marks) and surrogate code points


class CleanParams(Record):
    """Which normalisation is applied. NFKC, no invisible characters and collapsed white space always are."""

    lowercase: bool = False


def clean(root: Path, params: CleanParams) -> None:
    """Write data/clean/rows.parquet, and data/quarantine/clean.parquet with the rows of which nothing was left."""
    rows = tables.read(root / "data/ingest/rows.parquet")
    cleaned = rows["text"].map(lambda text: clean_text(text, lowercase=params.lowercase))
    lost = cleaned == ""
    tables.write(rows.assign(text=cleaned)[~lost], root / "data/clean/rows.parquet", tables.ROW)
    refused = tables.refused(rows[lost], "empty_after_cleaning")
    tables.write(refused, root / "data/quarantine/clean.parquet", tables.REFUSED)


def clean_text(text: str, *, lowercase: bool = False) -> str:
    """Unicode NFKC, without invisible characters, white space collapsed; cleaning twice changes nothing."""
    text = unicodedata.normalize("NFKC", _visible(text))
    if lowercase:
        text = unicodedata.normalize("NFKC", text.lower())
    return " ".join(text.split())


def _visible(text: str) -> str:
    if text.isprintable():
        return text
    kept = (
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or unicodedata.category(sign) not in INVISIBLE
    )
    return "".join(kept)


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("clean", clean)


if __name__ == "__main__":
    sys.exit(main())
