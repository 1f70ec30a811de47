"""fp32 ONNX under the contract, and its graph."""

import onnx
import pytest
import torch

from daybreak.errors import StepFailed
from daybreak.exporting import encoder
from daybreak.exporting.encoder import EXPORTER
from daybreak.exporting.source import Source
from daybreak.inference import MODEL, verify
from daybreak.records import ArtifactRef, ExportRef, ModelRef
from daybreak.testing.exporter_contract import ExporterContract

TEXTS = ["房间很好", "服务很差，非常失望"]


class TestFp32(ExporterContract):
    @pytest.fixture
    def model(self, classifier: ModelRef) -> ModelRef:
        return classifier

    @pytest.fixture
    def artifact(self, exported: ExportRef) -> ArtifactRef:
        return exported.fp32


def test_batch_and_length_have_names_instead_of_sizes(exported: ExportRef) -> None:
    graph = onnx.load_model(exported.fp32.path / MODEL).graph
    shapes = {
        port.name: [axis.dim_param or axis.dim_value for axis in port.type.tensor_type.shape.dim]
        for port in (*graph.input, *graph.output)
    }
    assert shapes == {
        "input_ids": ["batch", "length"],
        "attention_mask": ["batch", "length"],
        "logits": ["batch", 2],
    }


def test_the_manifest_names_exporter_and_opset(exported: ExportRef) -> None:
    manifest = verify(exported.fp32.path)
    assert (manifest["exporter"], manifest["opset"]) == (EXPORTER, 17)
    opsets = {each.domain: each.version for each in onnx.load_model(exported.fp32.path / MODEL).opset_import}
    assert opsets[""] == 17


def test_a_right_export_is_accepted(classifier: ModelRef, exported: ExportRef) -> None:
    encoder.check_answers(Source.of(classifier, TEXTS), exported.fp32)


class DroppedMask(torch.nn.Module):
    """A network whose export forgets the mask."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.network(input_ids, torch.ones_like(attention_mask) + 0 * attention_mask)


def test_a_wrong_export_is_caught(classifier: ModelRef, exported: ExportRef) -> None:
    source = Source.of(classifier, [*TEXTS, "好"])
    wrong = Source(source.ref, DroppedMask(source.network), source.texts, source.description)
    with pytest.raises(StepFailed, match="export: onnx-fp32 differs from torch by"):
        encoder.check_answers(wrong, exported.fp32)
