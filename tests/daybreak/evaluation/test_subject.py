"""What a subject refuses to read."""

import pandas as pd
import pytest

from daybreak.errors import DataError
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
