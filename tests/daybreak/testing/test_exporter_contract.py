"""The contract must fail artifacts that break it."""

import shutil
from pathlib import Path

import pytest

from daybreak.records import ExportRef, ModelRef
from daybreak.testing.exporter_contract import ExporterContract


class Strict(ExporterContract):
    tolerance = 0.0


def test_an_artifact_that_is_not_exact_is_caught(classifier: ModelRef, exported: ExportRef) -> None:
    with pytest.raises(AssertionError):
        Strict().test_answers_as_torch_at_every_batch_and_length(classifier, exported.int8, (7, 31))


def test_an_artifact_of_another_model_is_caught(classifier: ModelRef, exported: ExportRef) -> None:
    other = classifier.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(AssertionError):
        ExporterContract().test_manifest_names_every_file_and_where_it_comes_from(other, exported.int8)


def test_an_artifact_that_does_not_load_is_caught(exported: ExportRef, tmp_path: Path) -> None:
    copy = shutil.copytree(exported.int8.path, tmp_path / "copy")
    (copy / "model.onnx").write_bytes(b"")
    with pytest.raises(AssertionError, match="was altered"):
        ExporterContract().test_loads_without_torch(exported.int8.model_copy(update={"path": copy}))
