"""Models that are in production, brought in as artifacts."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from daybreak.errors import ModelError
from daybreak.founding import production
from daybreak.inference import Predictor
from daybreak.records import ExportRef

TEXTS = ["房间很好", "服务很差，非常失望", "the room was dirty", "很满意"]


def test_an_artifact_of_ours_is_copied_as_it_is(exported: ExportRef, tmp_path: Path) -> None:
    brought = production.bring(exported.int8.path, "classify", TEXTS, tmp_path / "artifact")
    assert brought.sha256 == exported.int8.sha256
    assert (brought.kind, brought.bytes) == ("onnx-int8", exported.int8.bytes)
    assert {file.name: file.sha256 for file in brought.files} == {
        file.name: file.sha256 for file in exported.int8.files
    }


def test_a_classifier_of_transformers_answers_as_it_did(classifier_folder: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    brought = production.bring(classifier_folder, "classify", TEXTS, tmp_path / "artifact")
    predictor = Predictor.of(brought)
    assert predictor.labels == ("negative", "positive")
    assert predictor.max_length == 64
    model = AutoModelForSequenceClassification.from_pretrained(classifier_folder).eval()
    batch = AutoTokenizer.from_pretrained(classifier_folder)(TEXTS, padding=True, return_tensors="pt")
    with torch.no_grad():
        expected = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits.numpy()
    assert np.abs(predictor.predict(TEXTS).logits - expected).max() < 1e-4
    assert brought.kind == "onnx-fp32"
    assert not (tmp_path / "artifact.source").exists()


def test_an_encoder_without_a_head_is_refused(tiny_base: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no trained bert\.pooler.*expected a sequence classifier with its head"):
        production.bring(tiny_base, "classify", TEXTS, tmp_path / "artifact")


def test_pickled_weights_are_refused(classifier_folder: Path, tmp_path: Path) -> None:
    import torch

    folder = tmp_path / "pickled"
    shutil.copytree(classifier_folder, folder)
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"cannot be loaded.*Save it with save_pretrained, as safetensors"):
        production.bring(folder, "classify", TEXTS, tmp_path / "artifact")


def test_a_folder_without_a_model_says_what_one_is(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"is no model; expected a folder with model\.onnx"):
        production.bring(tmp_path, "classify", TEXTS, tmp_path / "artifact")
    with pytest.raises(ModelError, match="there is no folder"):
        production.bring(tmp_path / "nowhere", "classify", TEXTS, tmp_path / "artifact")


def test_an_altered_artifact_is_refused(exported: ExportRef, tmp_path: Path) -> None:
    folder = tmp_path / "altered"
    shutil.copytree(exported.int8.path, folder)
    (folder / "labels.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"labels\.json in .* was altered"):
        production.bring(folder, "classify", TEXTS, tmp_path / "artifact")


def test_an_artifact_of_an_unknown_kind_is_refused(exported: ExportRef, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    shutil.copytree(exported.int8.path, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "kind": "onnx-int4"}), encoding="utf-8")
    with pytest.raises(ModelError, match="of kind 'onnx-int4'; expected one of onnx-fp32, onnx-fp16, onnx-int8"):
        production.bring(folder, "classify", TEXTS, tmp_path / "artifact")
