"""Artifacts against torch, on the same rows in the same batches."""

from pathlib import Path

import numpy as np
import pytest

from daybreak.errors import ModelError
from daybreak.evaluation import parity
from daybreak.evaluation.subject import Subject
from daybreak.inference import Batch, Predictor
from daybreak.records import DatasetRef, ExportRef


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
