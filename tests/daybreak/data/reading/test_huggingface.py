"""Datasets from folders become Parquet shards; a hub that cannot be reached names the way out."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from daybreak.data.admitting.admission import admit, is_current
from daybreak.data.ingest import IngestParams
from daybreak.data.reading import huggingface, sources
from daybreak.errors import DataError

FEATURES = Features({"text": Value("string"), "label": ClassLabel(names=["bad", "good"])})


def dataset(*labels: int) -> Dataset:
    return Dataset.from_dict({"text": [f"文本{place}" for place in range(len(labels))], "label": labels}, FEATURES)


def test_class_numbers_become_names(tmp_path: Path) -> None:
    dataset(1, 0, -1).save_to_disk(tmp_path / "saved")
    (path,) = huggingface.export(tmp_path / "saved", None, None, tmp_path)
    assert pq.read_table(path).to_pydict() == {"text": ["文本0", "文本1", "文本2"], "label": ["good", "bad", None]}


def test_lists_of_class_numbers_become_lists_of_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface, "ROWS", 2)
    features = Features({"text": Value("string"), "label": List(ClassLabel(names=["clean", "quiet"]))})
    rows = {"text": ["一", "二", "三"], "label": [[1, 0], [], None]}
    Dataset.from_dict(rows, features).save_to_disk(tmp_path / "saved")
    (path,) = huggingface.export(tmp_path / "saved", None, None, tmp_path)
    assert pq.read_table(path).to_pydict() == {"text": ["一", "二", "三"], "label": [["quiet", "clean"], [], []]}


def test_every_split_is_a_shard(tmp_path: Path) -> None:
    DatasetDict({"train": dataset(1, 0), "test": dataset(0)}).save_to_disk(tmp_path / "saved")
    found = huggingface.export(tmp_path / "saved", None, None, tmp_path)
    assert [path.name for path in found] == ["test.parquet", "train.parquet"]


def test_a_folder_of_parquet(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    dataset(1, 0).to_parquet(tmp_path / "raw" / "part-0.parquet")
    found = huggingface.export(tmp_path / "raw", None, None, tmp_path)
    assert pq.read_table(found[0])["label"].to_pylist() == ["good", "bad"]


def test_admission_exports_once(tmp_path: Path) -> None:
    dataset(1, 0).save_to_disk(tmp_path / "saved")
    params = IngestParams(source="huggingface", path="saved")
    first = admit(tmp_path, params)
    stored = sources.verified_shard(tmp_path, first.batches[0], first.batches[0].shards[0])
    written = stored.stat().st_mtime_ns
    assert admit(tmp_path, params) == first
    assert stored.stat().st_mtime_ns == written
    assert is_current(tmp_path, params)
    dataset(1, 0, 1).save_to_disk(tmp_path / "other")
    assert admit(tmp_path, IngestParams(source="huggingface", path="other")) != first
    assert not is_current(tmp_path, params)


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty holds no dataset; expected a folder written by save_to_disk"):
        huggingface.export(tmp_path / "empty", None, None, tmp_path)


def test_a_hub_that_cannot_be_reached_names_the_local_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("Couldn't reach 'someone/reviews' on the Hub (offline mode)")

    monkeypatch.setattr(datasets, "load_dataset", unreachable)
    with pytest.raises(DataError, match=r"someone/reviews cannot be loaded.*local folder"):
        huggingface.export("someone/reviews", None, "abc123", tmp_path)
