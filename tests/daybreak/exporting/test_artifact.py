"""The folder that ships."""

import json

import pytest

from daybreak import digests, inference
from daybreak.exporting import artifact
from daybreak.inference import LABELS, MODEL, verify
from daybreak.inference.processors import cpu_class
from daybreak.records import ExportRef, ModelRef


def test_the_reference_is_that_of_the_folder(exported: ExportRef) -> None:
    for each in (exported.fp32, exported.int8):
        assert each.sha256 == inference.digest(each.path)
        assert each.bytes == sum(path.stat().st_size for path in each.path.iterdir())
        assert all(digests.of_file(each.path / file.name) == file.sha256 for file in each.files)


def test_the_manifest_tells_where_it_was_made(exported: ExportRef, classifier: ModelRef) -> None:
    manifest = verify(exported.int8.path)
    assert manifest["kind"] == "onnx-int8"
    assert manifest["source_model_sha256"] == classifier.sha256
    assert manifest["cpu_class"] == cpu_class()
    assert set(manifest["versions"]) == {"python", "torch", "onnx", "onnxruntime"}


def test_fused_operators_of_the_encoder_are_recorded(exported: ExportRef) -> None:
    """Onnxruntime's session makes one operator of each norm and activation of this layer, and leaves its attention."""
    for each in (exported.fp32, exported.int8):
        fused = verify(each.path)["fused"]
        assert fused["LayerNormalization"] + fused["SkipLayerNormalization"] == 3
        assert fused["Gelu"] + fused["BiasGelu"] + fused["FastGelu"] == 1
        assert fused["Attention"] == 0
    assert verify(exported.int8.path)["fused"]["SkipLayerNormalization"] == 1


def test_attention_fuses_by_the_route_ahead_of_time(exported: ExportRef) -> None:
    """What is traced keeps the pattern that onnxruntime's own optimiser knows: a pattern that changed would show."""
    from onnxruntime.transformers.optimizer import optimize_model

    fused = optimize_model(str(exported.fp32.path / MODEL), "bert", num_heads=2, hidden_size=32, opt_level=0)
    assert fused.get_fused_operator_statistics()["Attention"] == 1


def test_a_large_model_is_not_written_again_to_be_counted(exported: ExportRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifact, "COUNTED_BYTES", 10)
    assert artifact.fused(exported.fp32.path / MODEL) is None


def test_both_artifacts_share_one_tokenizer(exported: ExportRef) -> None:
    names = [{file.name: file.sha256 for file in each.files} for each in (exported.fp32, exported.int8)]
    assert names[0]["tokenizer.json"] == names[1]["tokenizer.json"]


def test_labels_tell_how_to_answer(exported: ExportRef) -> None:
    described = json.loads((exported.fp32.path / LABELS).read_text(encoding="utf-8"))
    assert described == {"recipe": "classify", "labels": ["negative", "positive"], "max_length": 48, "pad_id": 0}
