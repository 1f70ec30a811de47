"""Artifacts against torch, on the same rows in the same batches; exports that went wrong on purpose are refused."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.evaluation import parity
from daybreak.evaluation.subject import Subject
from daybreak.gates.parity import Params, check
from daybreak.inference import MANIFEST, MODEL, Batch, Predictions, Predictor, digest
from daybreak.records import ArtifactRef, DatasetRef, Evidence, ExportRef, Measurements, Outcome


def test_fp32_is_exact_and_int8_is_near(subject: Subject, tmp_path: Path) -> None:
    found = parity.measure(subject, tmp_path)
    assert found["shipped"] == "onnx-int8"
    assert found["onnx-fp32"]["flips"] == 0
    assert found["onnx-fp32"]["max_logit_difference"] < 1e-4
    assert 0 < found["onnx-int8"]["mean_logit_difference"] < 0.1
    assert len(found["flipped"]) == found["onnx-int8"]["flips"]
    assert found["alone"]["rows"] == parity.ALONE


class Transposed(Predictor):
    """An export gone wrong: the labels' columns are swapped."""

    def logits(self, batch: Batch) -> "np.typing.NDArray[np.float32]":
        return super().logits(batch)[:, ::-1]


def test_a_wrong_export_flips_and_is_listed(subject: Subject, tmp_path: Path) -> None:
    subject.__dict__["predictor"] = Transposed.of(subject.artifact)
    found = parity.measure(subject, tmp_path)
    assert found["onnx-int8"]["flip_rate"] > 0.9
    assert found["onnx-fp32"]["flips"] == 0
    worst = found["flipped"][0]
    assert {"id", "text", "label", "torch", "torch_margin", "artifact", "artifact_margin"} == worst.keys()
    assert worst["torch_margin"] == max(row["torch_margin"] for row in found["flipped"])


def test_needs_the_model(exported: ExportRef, reviews: DatasetRef, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no torch model to compare with"):
        parity.measure(Subject.of(exported.int8, reviews, None, None), tmp_path)


def reseal(folder: Path, artifact: ArtifactRef) -> ArtifactRef:
    """The altered folder as an artifact in good order: what a wrong exporter would have written."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        entry["sha256"] = digests.of_file(folder / entry["name"])
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return artifact.model_copy(update={"path": folder, "sha256": digest(folder)})


def drop_mask(graph: Any) -> None:
    """Every reader of the mask is given a mask of ones."""
    ones = onnx.helper.make_node("Sub", ["attention_mask", "attention_mask"], ["mask.zeros"])
    one = onnx.helper.make_tensor("mask.one", onnx.TensorProto.INT64, [], [1])
    shifted = onnx.helper.make_node("Add", ["mask.zeros", "mask.one"], ["mask.ones"])
    for node in graph.node:
        node.input[:] = ["mask.ones" if name == "attention_mask" else name for name in node.input]
    graph.node.insert(0, shifted)
    graph.node.insert(0, ones)
    graph.initializer.append(one)


def transpose_weight(graph: Any) -> None:
    """The first square matrix that is multiplied with is turned over."""
    multiplied = {name for node in graph.node if node.op_type in {"MatMul", "Gemm"} for name in node.input}
    tensor = next(
        each
        for each in graph.initializer
        if each.name in multiplied and len(each.dims) == 2 and each.dims[0] == each.dims[1]
    )
    tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).T.copy(), tensor.name))


def saturate(graph: Any) -> None:
    """Weights of eight bits are cut at a third of their range, as a saturating sum does to the large ones."""
    found = 0
    for tensor in graph.initializer:
        if tensor.data_type == onnx.TensorProto.INT8 and len(tensor.dims) == 2:
            values = numpy_helper.to_array(tensor)
            tensor.CopyFrom(numpy_helper.from_array(np.clip(values, -12, 12), tensor.name))
            found += 1
    assert found


def spoiled(artifact: ArtifactRef, folder: Path, spoil: Callable[[Any], None]) -> ArtifactRef:
    shutil.copytree(artifact.path, folder)
    model = onnx.load(folder / MODEL)
    spoil(model.graph)
    onnx.save(model, folder / MODEL)
    return reseal(folder, artifact)


def judged(subject: Subject, folder: Path) -> tuple[Outcome, str]:
    folder.mkdir()
    found = parity.measure(subject, folder)
    (folder / "parity.json").write_text(json.dumps(found), encoding="utf-8")
    side = Measurements(path=folder, digest="", artifact_sha256="a", dataset_digest="d", metrics={})
    verdict = check(Evidence(candidate=side, champion=None, dataset=subject.dataset), Params())
    return verdict.outcome, verdict.reason


@pytest.mark.parametrize("spoil", [drop_mask, transpose_weight])
def test_a_wrong_graph_is_refused(
    spoil: Callable[[Any], None], exported: ExportRef, reviews: DatasetRef, tmp_path: Path
) -> None:
    wrong = spoiled(exported.fp32, tmp_path / "wrong", spoil)
    outcome, reason = judged(Subject.of(wrong, reviews, exported.model, None), tmp_path / "measured")
    assert outcome is Outcome.FAIL
    assert "Largest logit difference of onnx-fp32 from torch" in reason


def test_saturated_integers_are_refused(exported: ExportRef, reviews: DatasetRef, tmp_path: Path) -> None:
    wrong = spoiled(exported.int8, tmp_path / "wrong", saturate)
    outcome, reason = judged(Subject.of(wrong, reviews, exported.model, exported.fp32), tmp_path / "measured")
    assert outcome is Outcome.FAIL
    assert "Labels that onnx-int8 changes" in reason


class PaddedLeft(Predictor):
    """Pads on the side that the encoder's positions do not know."""

    def logits(self, batch: Batch) -> "np.typing.NDArray[np.float32]":
        rolled = [
            (np.roll(ids, int((mask == 0).sum())), np.roll(mask, int((mask == 0).sum())))
            for ids, mask in zip(batch.input_ids, batch.attention_mask, strict=True)
        ]
        ids, masks = (np.stack(each) for each in zip(*rolled, strict=True))
        return super().logits(Batch(batch.rows, ids, masks))


def test_padding_on_the_other_side_is_refused(exported: ExportRef, reviews: DatasetRef, tmp_path: Path) -> None:
    subject = Subject.of(exported.fp32, reviews, exported.model, None)
    subject.__dict__["predictor"] = PaddedLeft.of(exported.fp32)
    outcome, reason = judged(subject, tmp_path / "measured")
    assert outcome is Outcome.FAIL
    assert "length" in reason


def test_the_right_ones_pass(subject: Subject, tmp_path: Path) -> None:
    found = parity.measure(subject, tmp_path)
    assert max(shape["onnx-fp32"] for shape in found["shapes"]) < 1e-4
    assert {shape["batch"] for shape in found["shapes"]} == {1, 2, 7, 32}
    assert all(shape["flips"]["onnx-fp32"] == 0 and shape["rows"] >= 8 for shape in found["shapes"])


class Crowded(Predictor):
    """Answers the other way round where more than seven rows come at once."""

    def logits(self, batch: Batch) -> "np.typing.NDArray[np.float32]":
        found = super().logits(batch)
        return found if len(found) <= 7 else found[:, ::-1]

    def predict(self, texts: Sequence[str], batch_size: int = 32) -> Predictions:
        return super().predict(texts, min(batch_size, 7))


def test_answers_that_hang_on_the_shape_of_a_batch_are_refused(subject: Subject, tmp_path: Path) -> None:
    subject.__dict__["predictor"] = Crowded.of(subject.artifact)
    outcome, reason = judged(subject, tmp_path / "measured")
    assert outcome is Outcome.FAIL
    assert "Labels that onnx-int8 changes in batches of 12 shapes: 3" in reason
