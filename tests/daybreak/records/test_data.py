"""A dataset knows where its splits lie."""

from pathlib import Path

from vocabulary import DATASET


def test_a_dataset_knows_its_files() -> None:
    assert DATASET.split("validation") == Path("data/split/validation.parquet")
