"""A measured candidate, made once, and a subject to measure parts of."""

from pathlib import Path

import pytest

from daybreak.evaluation import measure_candidate
from daybreak.evaluation.subject import Subject
from daybreak.records import DatasetRef, ExportRef, Measurements


@pytest.fixture(scope="session")
def measured(exported: ExportRef, reviews: DatasetRef, tmp_path_factory: pytest.TempPathFactory) -> Measurements:
    return measure_candidate(exported, reviews, tmp_path_factory.mktemp("measured"))


@pytest.fixture
def subject(exported: ExportRef, reviews: DatasetRef) -> Subject:
    """The INT8 artifact with the model and the twin it was exported with."""
    return Subject.of(exported.int8, reviews, exported.model, exported.fp32)


@pytest.fixture
def copied(reviews: DatasetRef, tmp_path: Path) -> DatasetRef:
    """The reviews in a folder of this test's own."""
    import shutil

    shutil.copytree(reviews.path, tmp_path / "data")
    return reviews.model_copy(update={"path": tmp_path / "data"})
