"""The tiny dataset and model."""

from pathlib import Path

import pandas as pd

from daybreak.recipes.classify import load_model
from daybreak.records import DatasetRef, ModelRef
from daybreak.testing import tiny


def test_the_same_seed_gives_the_same_rows(reviews: DatasetRef, tmp_path: Path) -> None:
    again = tiny.make_dataset(tmp_path / "data")
    for split in ("train", "validation", "test"):
        pd.testing.assert_frame_equal(pd.read_parquet(reviews.split(split)), pd.read_parquet(again.split(split)))


def test_both_languages_and_labels_are_there(reviews: DatasetRef) -> None:
    test = pd.read_parquet(reviews.split("test"))
    assert set(test["label"]) == set(tiny.LABELS)
    assert test["text"].str.contains("房间").any()
    assert test["text"].str.contains("the room").any()


def test_the_model_loads(classifier: ModelRef) -> None:
    assert not load_model(classifier).training
