"""Stage ingest: read the source's admitted shards into rows with a stable id."""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from daybreak.data import reading, sources, stage, tables
from daybreak.errors import DataError
from daybreak.records import Record

if TYPE_CHECKING:
    import pandas as pd

PRE_TRAINED_TENTHS = 7  # shipped base models were pre-trained on sample rows whose digest modulo 10 is below this


class IngestParams(Record):
    """Where the rows come from. `path` is a file, folder or glob (files), or a dataset id or folder (huggingface)."""

    source: Literal["sample", "files", "huggingface"] = "sample"
    path: str | None = None
    subset: str | None = None
    revision: str | None = None
    text_column: str = Field(default="text", min_length=1)
    label_column: str = Field(default="label", min_length=1)

    @model_validator(mode="after")
    def _has_path(self) -> IngestParams:
        if self.source != "sample" and not self.path:
            raise ValueError(f"path: a source of {self.source} needs one")
        return self

    @property
    def request(self) -> sources.Request:
        """The part that decides which bytes are read."""
        if self.source == "sample":
            return sources.Request(source="sample")
        if self.source == "files":
            return sources.Request(source="files", path=self.path)
        return sources.Request(source="huggingface", path=self.path, subset=self.subset, revision=self.revision)


def ingest(root: Path, params: IngestParams) -> None:
    """Write data/ingest/rows.parquet, counts.json, and data/quarantine/ingest.parquet with the rows without a label.

    Rows without text are counted as empty and kept nowhere. Raises DataError when the shards are not those that
    data/sources.yaml records, or cannot be read.
    """
    import pandas as pd

    table = pd.DataFrame(_rows(root, params), columns=list(tables.ROW))
    blank = table["text"].str.strip() == ""
    filled = table[~blank]
    if filled.empty:
        raise DataError(
            "the source holds no row with text", "rows of text", "Mend ingest.path or ingest.text_column in params.yaml"
        )
    unlabelled = filled["label"] == ""
    tables.write(filled[~unlabelled], root / "data/ingest/rows.parquet", tables.ROW)
    tables.write(
        tables.refused(filled[unlabelled], "no_label"), root / "data/quarantine/ingest.parquet", tables.REFUSED
    )
    tables.write_json(_counts(table, blank, unlabelled), root / "data/ingest/counts.json")


def row_id(text: str, label: str) -> str:
    """16 hexadecimal digits, the same for the same text (NFKC, stripped) under the same label, whatever its source."""
    return hashlib.sha256(f"{_canonical(text)}\0{label}".encode()).hexdigest()[:16]


def is_train_only(text: str) -> bool:
    """Whether a shipped base model may have read this row of the sample in pre-training, so that it may not judge."""
    return int(hashlib.sha256(_canonical(text).encode()).hexdigest(), 16) % 10 < PRE_TRAINED_TENTHS


def _canonical(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _rows(root: Path, params: IngestParams) -> Iterator[tuple[str, str, str, str, bool]]:
    for batch in _admitted(root, params).batches:
        for shard in batch.shards:
            path = sources.verified_shard(root, batch, shard)
            if batch.source == "sample":
                pairs = reading.read_lines(path, sources.SAMPLE_LABELS[shard.name])
            else:
                pairs = reading.read_columns(path, shard.name, params.text_column, params.label_column)
            for text, label in pairs:
                stripped = label.strip()
                train_only = batch.source == "sample" and is_train_only(text)
                yield row_id(text, stripped), text, stripped, batch.name, train_only


def _admitted(root: Path, params: IngestParams) -> sources.Sources:
    found = sources.read_sources(root)
    if found is None:
        raise DataError(f"{sources.FILE} is missing, nothing was admitted yet", "", sources.PREPARE)
    wanted = params.request
    if found.request != wanted:
        asked = " ".join(filter(None, (wanted.source, wanted.path, wanted.subset, wanted.revision)))
        raise DataError(
            f"{sources.FILE} was admitted for another source", f"{asked}, as params.yaml says", sources.PREPARE
        )
    return found


def _counts(table: pd.DataFrame, blank: pd.Series, unlabelled: pd.Series) -> dict[str, int]:
    return {
        "read": len(table),
        "empty": int(blank.sum()),
        "distinct_raw": int(table["text"][~blank].str.strip().nunique()),
        "quarantined": int(unlabelled.sum()),
    }


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("ingest", ingest)


if __name__ == "__main__":
    sys.exit(main())
