"""Stage ingest: read the source's admitted shards into rows with a stable id."""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, field_validator, model_validator

from daybreak import __version__
from daybreak.data import labels, licences, reading, restored, sources, stage, tables
from daybreak.data.cleaning import characters
from daybreak.data.gathering import Gathered
from daybreak.data.licences import LicenceParams, Refusal
from daybreak.data.reading import Columns, Row, encoding
from daybreak.data.sources import Batch, Sources
from daybreak.errors import DataError
from daybreak.records import Record

PRE_TRAINED_TENTHS = 7  # shipped base models were pre-trained on sample rows whose digest modulo 10 is below this
SAMPLE_LICENCE = "MIT"
REVIEWED_LICENCE = "licence (SPDX)"  # the column of reviewed rows that keeps theirs where the project names none


class IngestParams(Record):
    """Where the rows come from, and which columns make them.

    `path` is a file, folder or glob (files), or a dataset id or folder (huggingface); `query` a SELECT (sql), whose
    column `watermark` grows with every new row.
    """

    source: sources.Source = "sample"
    path: str | None = None
    subset: str | None = None
    revision: str | None = None
    query: str | None = None
    watermark: str | None = None
    encoding: str | None = None
    text_column: str = Field(default="text", min_length=1)
    label_column: str = Field(default="label", min_length=1)
    label_separator: str | None = Field(default=None, min_length=1)
    labels: tuple[str, ...] = ()
    messages_column: str | None = Field(default=None, min_length=1)
    group_columns: tuple[str, ...] = ()
    collected_column: str | None = Field(default=None, min_length=1)
    licence: str | None = Field(default=None, min_length=1)
    licence_column: str | None = Field(default=None, min_length=1)
    licences: LicenceParams = LicenceParams()

    @model_validator(mode="after")
    def _names_its_source(self) -> IngestParams:
        if self.source in ("files", "huggingface") and not self.path:
            raise ValueError(f"path: a source of {self.source} needs one")
        if self.source == "sql" and not self.query:
            raise ValueError("query: a source of sql needs one")
        return self

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, name: str | None) -> str | None:
        try:
            "".encode(name or "utf-8")  # which refuses what only codecs knows, such as base64
        except (LookupError, UnicodeError):
            raise ValueError("null, or an encoding of text that Python knows, such as big5") from None
        return name

    @property
    def request(self) -> sources.Request:
        """The part that decides which bytes are read."""
        if self.source == "files":
            return sources.Request(source="files", path=self.path)
        if self.source == "huggingface":
            return sources.Request(source="huggingface", path=self.path, subset=self.subset, revision=self.revision)
        if self.source == "sql":
            return sources.Request(source="sql", query=self.query, watermark=self.watermark)
        return sources.Request(source="sample")

    @property
    def columns(self) -> Columns:
        """Which columns of a file make a row."""
        return Columns(
            text=self.text_column,
            label=self.label_column,
            messages=self.messages_column,
            separator=self.label_separator,
            groups=self.group_columns,
            licence=self.licence_column,
            collected=self.collected_column,
            encoding=self.encoding,
        )


def ingest(root: Path, params: IngestParams) -> None:
    """Write data/ingest/rows.parquet, counts.json, and data/quarantine/ingest.parquet with the rows that are refused.

    Rows without text are counted as empty and kept nowhere. Raises DataError when the shards are not those that
    data/sources.yaml records, or cannot be read.
    """
    found = _Found(params, restored.exempt(root))
    for path, batch, name in _admitted(root, params):
        if batch.source == "sample":
            found.encodings["utf-8"] += 1
            label = sources.SAMPLE_LABELS[name]
            rows: Iterator[Row] = starmap(Row, reading.read_lines(path, label, "utf-8"))
        else:
            columns = params.columns
            if batch.reviewed and not columns.licence:
                columns = columns.model_copy(update={"licence": REVIEWED_LICENCE})
            rows = reading.read(path, name, columns)
            if reading.is_text(name):
                found.encodings[params.encoding or encoding.detect(path, name)] += 1
        for row in rows:
            found.add(row, batch)
    found.write(root)


class _Found:
    """What the shards hold, row by row: kept, refused, or empty."""

    def __init__(self, params: IngestParams, exempt: Mapping[str, frozenset[str]]) -> None:
        self._params = params
        self._exempt = exempt
        self._kept, self._refused = Gathered(tables.ROW), Gathered(tables.REFUSED)
        self._read = self._empty = 0
        self._licences: Counter[str] = Counter()
        self._judged: dict[str, Refusal | None] = {}
        self.encodings: Counter[str] = Counter()

    def add(self, row: Row, batch: Batch) -> None:
        self._read += 1
        if not row.text.strip():
            self._empty += 1
            return
        licence = self._licence(row, batch)
        name = row_id(row.text, row.label, row.messages)
        train_only = batch.source == "sample" and is_train_only(row.text)
        told = (name, row.text, row.label, row.messages, row.groups, batch.name, licence, row.collected, train_only)
        refusal = self._refusal(row, licence)
        if refusal is None or name in self._exempt.get(refusal.rule, ()):
            self._kept.add(told)
            self._licences[licence] += 1
        else:
            self._refused.add((*told, *refusal, __version__))

    def write(self, root: Path) -> None:
        counts = self._counts()
        if counts["read"] == counts["empty"]:
            remedy = "Mend ingest.path or the columns that ingest names in params.yaml"
            raise DataError("the source holds no row with text", "rows of text", remedy)
        self._kept.write(root / "data/ingest/rows.parquet")
        self._refused.write(root / "data/quarantine/ingest.parquet")
        tables.write_json(counts, root / "data/ingest/counts.json")

    def _licence(self, row: Row, batch: Batch) -> str:
        given = row.licence or self._params.licence
        return licences.normalised(given) if given else SAMPLE_LICENCE if batch.source == "sample" else ""

    def _refusal(self, row: Row, licence: str) -> _Refusal | None:
        if row.fault:
            return _Refusal(row.fault, detail=row.detail)
        if self._params.labels and not {*labels.names(row.label)} <= {*self._params.labels}:
            return _Refusal("unknown_label", row.label, ", ".join(self._params.labels))
        if licence not in self._judged:
            self._judged[licence] = licences.judge(licence, self._params.licences)
        found = self._judged[licence]
        return _Refusal(found.rule, licence, found.threshold) if found else None

    def _counts(self) -> dict[str, Any]:
        import pyarrow as pa
        import pyarrow.compute as pc

        texts = pa.concat_tables([each.table().select(["text"]) for each in (self._kept, self._refused)])
        told = {
            name: {"rows": rows, "obligations": licences.obligations(name)} for name, rows in self._licences.items()
        }
        return {
            "read": self._read,
            "empty": self._empty,
            "distinct_raw": pc.count_distinct(pc.utf8_trim_whitespace(texts["text"])).as_py(),
            "quarantined": len(self._refused.table()),
            "encodings": dict(sorted(self.encodings.items())),
            "licences": dict(sorted(told.items())),
        }


class _Refusal(NamedTuple):
    """Why a row is kept out, as the quarantine tells it."""

    rule: str
    value: str = ""
    threshold: str = ""
    detail: str = ""


def row_id(text: str, label: str, messages: str = "") -> str:
    """16 hexadecimal digits, the same for the same text (stripped) under the same label, whatever its source.

    Of a conversation they are of its turns and who said them. Unicode's forms are as stage clean has them, so that what
    clean keeps apart has two ids: NFKC but for signs such as ², NFC in a conversation.
    """
    said = unicodedata.normalize("NFC", messages) if messages else f"{characters.compatible(text).strip()}\0{label}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def is_train_only(text: str) -> bool:
    """Whether a shipped base model may have read this row of the sample in pre-training, so that it may not judge."""
    canonical = unicodedata.normalize("NFKC", text).strip()
    return int(hashlib.sha256(canonical.encode()).hexdigest(), 16) % 10 < PRE_TRAINED_TENTHS


def _admitted(root: Path, params: IngestParams) -> Iterator[tuple[Path, Batch, str]]:
    """Each shard's file, batch and name; every one is the one that was admitted."""
    for batch in _sources(root, params).batches:
        for shard in batch.shards:
            yield sources.verified_shard(root, batch, shard), batch, shard.name


def _sources(root: Path, params: IngestParams) -> Sources:
    found = sources.read_sources(root)
    if found is None:
        raise DataError(f"{sources.FILE} is missing, nothing was admitted yet", "", sources.PREPARE)
    wanted = params.request
    if found.request != wanted:
        asked = " ".join(filter(None, wanted.model_dump().values()))
        raise DataError(
            f"{sources.FILE} was admitted for another source", f"{asked}, as params.yaml says", sources.PREPARE
        )
    return found


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("ingest", ingest)


if __name__ == "__main__":
    sys.exit(main())
