"""What a subject refuses to read."""

from typing import Literal

import pandas as pd
import pytest

from daybreak.errors import DataError, EvidenceMismatch, ModelError
from daybreak.evaluation.subject import Subject
from daybreak.records import DatasetRef, ExportRef


@pytest.fixture
def subject(exported: ExportRef, copied: DatasetRef) -> Subject:
    return Subject.of(exported.int8, copied, None, None)


def test_a_missing_split(subject: Subject) -> None:
    subject.dataset.split("test").unlink()
    with pytest.raises(DataError, match="is missing; expected the test split; Run dvc repro"):
        _ = subject.test


@pytest.mark.parametrize("spoil", ["empty", "no label", "repeated id"])
def test_an_unusable_split(subject: Subject, spoil: str) -> None:
    path = subject.dataset.split("test")
    frame = pd.read_parquet(path)
    spoiled = {
        "empty": frame.head(0),
        "no label": frame.drop(columns="label"),
        "repeated id": frame.assign(id="same"),
    }[spoil]
    spoiled.to_parquet(path)
    with pytest.raises(DataError, match="expected rows with a distinct id, text and label"):
        _ = subject.test


def test_the_splits_are_those_of_the_digest(subject: Subject) -> None:
    subject.verify_data()


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_changed_split_is_noticed(subject: Subject, split: Literal["train", "validation", "test"]) -> None:
    path = subject.dataset.split(split)
    pd.read_parquet(path).head(299).to_parquet(path)
    with pytest.raises(EvidenceMismatch, match=f"changed under the night.*expected {subject.dataset.digest[:12]}"):
        subject.verify_data()


def test_an_absent_split_is_named(subject: Subject) -> None:
    subject.dataset.split("validation").unlink()
    with pytest.raises(DataError, match=r"validation\.parquet is missing; expected all three splits"):
        subject.verify_data()


def test_labels_are_compared_whatever_their_order(exported: ExportRef, copied: DatasetRef) -> None:
    turned = copied.model_copy(update={"labels": ("positive", "negative")})
    assert Subject.of(exported.int8, turned, None, None).shares_labels
    for labels in (("bad", "good"), ("negative",), ("negative", "neutral", "positive")):
        with pytest.raises(ModelError, match="expected the dataset's labels"):
            Subject.of(exported.int8, copied.model_copy(update={"labels": labels}), None, None)
