"""A data version, as training, measuring and judging are given it."""

from pathlib import Path
from typing import Literal

from daybreak.records.record import Record


class DatasetRef(Record):
    """A prepared data version. `digest` is the SHA-256 over the split's files; `path` the project's data folder."""

    project: str
    version: int
    digest: str
    path: Path
    labels: tuple[str, ...]
    rows: dict[str, int]

    def split(self, name: Literal["train", "validation", "test"]) -> Path:
        """Parquet file with at least the columns `id, text, label`."""
        return self.path / "split" / f"{name}.parquet"
