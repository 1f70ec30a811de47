"""Stage ingest: read the source's admitted shards into rows with a stable id."""

from typing import Literal

from daybreak.records import Record


class IngestParams(Record):
    """Where the rows come from. `path` is a file, folder or glob (files), or a dataset id or folder (huggingface)."""

    source: Literal["sample", "files", "huggingface"] = "sample"
    path: str | None = None
    revision: str | None = None
    text_column: str = "text"
    label_column: str = "label"
