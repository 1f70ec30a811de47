"""Hugging Face datasets, from the hub at a revision or from a folder, as one Parquet file a split."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 65_536  # held in memory at a time
REMEDY = "Give ingest.path a local folder: one written by save_to_disk, or one of Parquet files"


def export(source: Path | str, subset: str | None, revision: str | None, folder: Path) -> list[Path]:
    """Write one `<split>.parquet` a split into `folder`, class numbers as their names. Returns the files, sorted.

    Raises DataError when the dataset cannot be had, naming the local folder as the way out.
    """
    try:
        splits = _from_folder(source) if isinstance(source, Path) else _from_hub(source, subset, revision)
    except DataError:
        raise
    except Exception as error:  # the hub, its cache and its formats fail with many unrelated classes
        reason = " ".join(str(error).split())[:200]
        raise DataError(
            f"the dataset {source} cannot be loaded ({type(error).__name__}: {reason})", "", REMEDY
        ) from error
    return [_write(split, folder / f"{name}.parquet") for name, split in sorted(splits.items())]


def _from_hub(name: str, subset: str | None, revision: str | None) -> Mapping[str, Any]:
    from datasets import load_dataset

    return dict(load_dataset(name, subset, revision=revision))


def _from_folder(folder: Path) -> Mapping[str, Any]:
    from datasets import Dataset, DatasetDict, load_from_disk

    if (folder / "dataset_dict.json").is_file() or (folder / "state.json").is_file():
        loaded = load_from_disk(folder)
        return dict(loaded) if isinstance(loaded, DatasetDict) else {"data": loaded}
    files = [folder] if folder.suffix == ".parquet" else sorted(folder.rglob("*.parquet"))
    if not files:
        expected = "a folder written by save_to_disk, or one of Parquet files"
        raise DataError(f"{folder} holds no dataset", expected, "Mend ingest.path in params.yaml")
    below = folder.parent if folder.is_file() else folder
    return {"-".join(file.relative_to(below).with_suffix("").parts): Dataset(_table(file)) for file in files}


def _table(file: Path) -> Any:
    import pyarrow.parquet as pq
    from datasets.table import InMemoryTable

    return InMemoryTable(pq.read_table(file))


def _write(split: Any, path: Path) -> Path:
    import pyarrow.parquet as pq

    rows = split.with_format("arrow")
    empty = _with_names(rows[:0], split.features)
    with pq.ParquetWriter(path, empty.schema, compression="zstd") as file:
        for batch in rows.iter(ROWS):
            file.write_table(_with_names(batch, split.features))
    return path


def _with_names(table: pa.Table, features: Mapping[str, Any]) -> pa.Table:
    """The table with the names of classes, and of lists of them, where their numbers were."""
    import pyarrow as pa
    from datasets import ClassLabel

    for column, feature in features.items():
        inner = getattr(feature, "feature", None)
        values = table[column]
        if isinstance(feature, ClassLabel):
            named = pa.array(_names(values.to_pylist(), feature), pa.string())
        elif isinstance(inner, ClassLabel):
            named = pa.array([_names(codes or [], inner) for codes in values.to_pylist()], pa.list_(pa.string()))
        else:
            continue
        table = table.set_column(table.schema.get_field_index(column), column, named)
    return table.replace_schema_metadata(None)


def _names(codes: list[int | None], feature: Any) -> list[str | None]:
    return [None if code is None or code < 0 else feature.int2str(code) for code in codes]
