"""Models that read strings themselves."""

from pathlib import Path

import pytest

from daybreak.errors import ModelError
from daybreak.inference import MODEL, StringClassifier
from daybreak.records import ExportRef


def test_a_model_that_reads_ids_is_none(exported: ExportRef) -> None:
    with pytest.raises(ModelError, match="expected a model from one string to labels"):
        StringClassifier(exported.int8.path / MODEL)


def test_what_is_no_model_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / MODEL).write_bytes(b"nothing")
    with pytest.raises(ModelError, match="onnxruntime cannot open"):
        StringClassifier(tmp_path / MODEL)
