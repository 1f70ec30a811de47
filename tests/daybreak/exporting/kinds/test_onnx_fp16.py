"""fp16 ONNX under the contract, and how large it is."""

import onnx
import pytest

from daybreak.exporting import export
from daybreak.exporting.params import ExportingParams
from daybreak.inference import MODEL, verify
from daybreak.records import ArtifactRef, ExportRef, ModelRef
from daybreak.testing.exporter_contract import ExporterContract

TEXTS = ["房间很好", "服务很差，非常失望"]


@pytest.fixture(scope="module")
def halved(classifier: ModelRef, tmp_path_factory: pytest.TempPathFactory) -> ExportRef:
    return export(classifier, ExportingParams(ship="onnx-fp16"), TEXTS, tmp_path_factory.mktemp("halved"))


class TestFp16(ExporterContract):
    tolerance = 0.02

    @pytest.fixture
    def model(self, classifier: ModelRef) -> ModelRef:
        return classifier

    @pytest.fixture
    def artifact(self, halved: ExportRef) -> ArtifactRef:
        return halved.shipped


def test_no_weight_is_left_in_fp32(halved: ExportRef) -> None:
    graph = onnx.load_model(halved.shipped.path / MODEL).graph
    whole = [each.name for each in graph.initializer if each.data_type == onnx.TensorProto.FLOAT and len(each.dims) > 1]
    assert whole == []
    assert any(each.data_type == onnx.TensorProto.FLOAT16 for each in graph.initializer)


def test_it_names_the_artifact_it_was_made_from(halved: ExportRef) -> None:
    assert halved.twin == halved.fp32
    assert verify(halved.shipped.path)["fp32_sha256"] == halved.fp32.sha256
