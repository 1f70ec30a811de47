"""Export as a whole."""

import shutil
from pathlib import Path

import pytest

from daybreak.errors import ModelError
from daybreak.exporting import export
from daybreak.exporting.params import ExportingParams
from daybreak.records import ExportRef, ModelRef

TEXTS = ["房间很好", "服务很差，非常失望"]


def test_the_same_model_exports_to_the_same_bytes(classifier: ModelRef, exported: ExportRef, tmp_path: Path) -> None:
    again = export(classifier, ExportingParams(), [*TEXTS, "the room was dirty", ""], tmp_path)
    assert (again.fp32.sha256, again.int8.sha256) == (exported.fp32.sha256, exported.int8.sha256)


def test_only_what_ships_is_written_and_what_it_is_made_from(classifier: ModelRef, tmp_path: Path) -> None:
    found = export(classifier, ExportingParams(ship="onnx-fp32"), TEXTS, tmp_path)
    assert found.shipped is found.artifacts[0] and len(found.artifacts) == 1
    assert found.twin is None


def test_names_its_exporter_and_what_ships(exported: ExportRef, classifier: ModelRef) -> None:
    assert exported.exporter == "torchscript"
    assert exported.shipped is exported.int8
    assert exported.model == classifier


def test_reports_its_progress(classifier: ModelRef, tmp_path: Path) -> None:
    notes: list[str] = []
    export(classifier, ExportingParams(), TEXTS, tmp_path, lambda share, note: notes.append(note))
    assert notes == ["tracing the model", "quantising to INT8", "checking the answers"]


def test_refuses_an_altered_model(classifier: ModelRef, tmp_path: Path) -> None:
    copy = shutil.copytree(classifier.path, tmp_path / "model")
    (copy / "recipe.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"recipe\.json .* was altered"):
        export(classifier.model_copy(update={"path": copy}), ExportingParams(), TEXTS, tmp_path / "out")
