"""Stage ingest: read the source's admitted shards into rows with a stable id."""

from __future__ import annotations

import hashlib
import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field, field_validator, model_validator

from daybreak import __version__
from daybreak.data import reading, stage, tables
from daybreak.data.cleaning import characters
from daybreak.data.quarantining import restored
from daybreak.data.reading import Columns, Row, encoding, labels, licences, slices, sources
from daybreak.data.reading.gathering import Gathered
from daybreak.data.reading.licences import LicenceParams, Refusal
from daybreak.data.reading.sources import Batch, Shard, Sources
from daybreak.data.remembering.memo import Memo
from daybreak.errors import DataError
from daybreak.records import Record

if TYPE_CHECKING:
    import pyarrow as pa

PRE_TRAINED_TENTHS = 7  # shipped base models were pre-trained on sample rows whose digest modulo 10 is below this
SAMPLE_LICENCE = "MIT"
TOLD = b"told"  # what a shard's table says beside its rows
KEPT = ("",) * 5  # rule, value, threshold, detail and pipeline of a row that nothing stands against
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
    label_column: str | None = Field(default="label", min_length=1)
    label_separator: str | None = Field(default=None, min_length=1)
    labels: tuple[str, ...] = ()
    messages_column: str | None = Field(default=None, min_length=1)
    group_columns: tuple[str, ...] = ()
    slice_columns: tuple[str, ...] = ()
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
            slices=self.slice_columns,
            licence=self.licence_column,
            collected=self.collected_column,
            encoding=self.encoding,
        )


def ingest(root: Path, params: IngestParams) -> None:
    """Write data/ingest/rows.parquet, counts.json, and data/quarantine/ingest.parquet with the rows that are refused.

    Rows without text are counted as empty and kept nowhere. Raises DataError when the shards are not those that
    data/sources.yaml records, or cannot be read.
    """
    exempt = restored.exempt(root)
    asked = params.model_dump(mode="json"), {rule: sorted(ids) for rule, ids in sorted(exempt.items())}
    shards = []
    for path, batch, shard in _admitted(root, params):
        memo = Memo(root, "ingest", *asked, batch.name, batch.source, batch.reviewed, shard.name, shard.sha256)
        found = memo.read()
        if found is None:
            found = _read(path, batch, shard.name, params, exempt)
            memo.write(found)
        shards.append(found)
    _write(root, shards, params)


def _read(path: Path, batch: Batch, name: str, params: IngestParams, exempt: Mapping[str, frozenset[str]]) -> pa.Table:
    """The rows of a shard as `_Found.table` has them."""
    found = _Found(params, exempt)
    if batch.source == "sample":
        found.encodings["utf-8"] += 1
        label = sources.SAMPLE_LABELS[name]
        rows: Iterator[Row] = starmap(Row, reading.read_lines(path, label, "utf-8"))
    else:
        columns = params.columns
        if batch.reviewed:
            told = {"described": False, "licence": columns.licence or REVIEWED_LICENCE}
            columns = Columns.model_validate({**columns.model_dump(), **told})
        rows = reading.read(path, name, columns)
        if reading.is_text(name):
            found.encodings[params.encoding or encoding.detect(path, name)] += 1
    for row in rows:
        found.add(row, batch)
    return found.table()


def _write(root: Path, shards: Sequence[pa.Table], params: IngestParams) -> None:
    """Write the rows of all shards, kept and refused, and what is counted of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    told = [json.loads(shard.schema.metadata[TOLD]) for shard in shards]
    rows = pa.concat_tables([tables.schema(tables.REFUSED, wide=True).empty_table(), *shards])
    if not len(rows):
        remedy = "Mend ingest.path or the columns that ingest names in params.yaml"
        raise DataError("the source holds no row with text", "rows of text", remedy)
    is_kept = pc.equal(rows["rule"], "")
    encodings, named = (sum((Counter(each[name]) for each in told), Counter()) for name in ("encodings", "licences"))
    counts = {
        "read": sum(each["read"] for each in told),
        "empty": sum(each["empty"] for each in told),
        "distinct_raw": pc.count_distinct(pc.utf8_trim_whitespace(rows["text"])).as_py(),
        "quarantined": len(rows) - pc.sum(is_kept).as_py(),
        "encodings": dict(sorted(encodings.items())),
        "licences": {
            name: {"rows": count, "obligations": licences.obligations(name)} for name, count in sorted(named.items())
        },
        "slices": slices.count(rows["slices"].filter(is_kept), params.slice_columns),
    }
    tables.write_table(rows.filter(is_kept), root / "data/ingest/rows.parquet", tables.ROW)
    tables.write_table(rows.filter(pc.invert(is_kept)), root / "data/quarantine/ingest.parquet", tables.REFUSED)
    tables.write_json(counts, root / "data/ingest/counts.json")


class _Found:
    """What a shard holds, row by row: kept, refused, or empty."""

    def __init__(self, params: IngestParams, exempt: Mapping[str, frozenset[str]]) -> None:
        self._params = params
        self._exempt = exempt
        self._unsaid = slices.unsaid(params.slice_columns)
        self._rows = Gathered(tables.REFUSED)
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
        known = row.groups, row.slices or self._unsaid, batch.name, licence, row.collected
        told = (name, row.text, row.label, row.messages, *known, train_only)
        refusal = self._refusal(row, licence)
        if refusal is None or name in self._exempt.get(refusal.rule, ()):
            self._rows.add((*told, *KEPT))
            self._licences[licence] += 1
        else:
            self._rows.add((*told, *refusal, __version__))

    def table(self) -> pa.Table:
        """All rows that have text as the quarantine keeps them, those that are kept without a rule; counts beside."""
        told = {"read": self._read, "empty": self._empty, "encodings": self.encodings, "licences": self._licences}
        return self._rows.table().replace_schema_metadata({TOLD: json.dumps(told)})

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


def _admitted(root: Path, params: IngestParams) -> Iterator[tuple[Path, Batch, Shard]]:
    """Each shard with its file and batch; every one is the one that was admitted."""
    for batch in _sources(root, params).batches:
        for shard in batch.shards:
            yield sources.verified_shard(root, batch, shard), batch, shard


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
