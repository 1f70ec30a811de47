"""fp32 ONNX under the contract, and its graph."""

import onnx
import pytest

from daybreak.exporting.fp32 import EXPORTER
from daybreak.inference import MODEL, verify
from daybreak.records import ArtifactRef, ExportRef, ModelRef
from daybreak.testing.exporter_contract import ExporterContract


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
