"""The baseline's answers beside the candidate's."""

from pathlib import Path

import pandas as pd
import pytest

from daybreak.errors import DataError
from daybreak.evaluation import baseline
from daybreak.evaluation.subject import Subject
from daybreak.records import DatasetRef, ExportRef


@pytest.fixture
def subject(exported: ExportRef, copied: DatasetRef) -> Subject:
    return Subject.of(exported.int8, copied, None, None)


def test_answers_stand_in_the_order_of_the_test_split(subject: Subject, tmp_path: Path) -> None:
    path = subject.dataset.path / "describe" / "baseline.parquet"
    pd.read_parquet(path).iloc[::-1].to_parquet(path)
    found = baseline.measure(subject, tmp_path)
    assert found["accuracy"] == 1
    assert list(pd.read_parquet(tmp_path / "baseline.parquet")["id"]) == list(subject.test["id"])


def test_answers_to_other_rows_are_refused(subject: Subject, tmp_path: Path) -> None:
    path = subject.dataset.path / "describe" / "baseline.parquet"
    pd.read_parquet(path).head(299).to_parquet(path)
    with pytest.raises(DataError, match="answers 299 rows; expected the 300 rows of the test split"):
        baseline.measure(subject, tmp_path)


def test_missing_answers_are_refused(subject: Subject, tmp_path: Path) -> None:
    (subject.dataset.path / "describe" / "baseline.parquet").unlink()
    with pytest.raises(DataError, match=r"baseline\.parquet cannot be used"):
        baseline.measure(subject, tmp_path)
