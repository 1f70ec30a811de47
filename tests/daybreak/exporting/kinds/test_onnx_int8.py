"""INT8 ONNX under the contract, and what its weights look like."""

import numpy as np
import onnx
import pytest
from transformers import BertConfig, BertModel

from daybreak.exporting import export
from daybreak.exporting.params import ExportingParams
from daybreak.inference import MODEL, Predictor, verify
from daybreak.recipes import classify
from daybreak.recipes.encoders import folder as folders
from daybreak.records import ArtifactRef, BaseRef, ExportRef, ModelRef
from daybreak.testing import tiny
from daybreak.testing.exporter_contract import ExporterContract

TEXTS = ["房间很好", "服务很差，非常失望"]


class TestInt8(ExporterContract):
    tolerance = 0.2

    @pytest.fixture
    def model(self, classifier: ModelRef) -> ModelRef:
        return classifier

    @pytest.fixture
    def artifact(self, exported: ExportRef) -> ArtifactRef:
        return exported.int8


def test_the_manifest_says_how_it_was_quantised(exported: ExportRef) -> None:
    manifest = verify(exported.int8.path)
    assert manifest["quantisation"]["reduce_range"]
    assert manifest["fp32_sha256"] == exported.fp32.sha256


def test_int8_holds_no_large_fp32_table(exported: ExportRef) -> None:
    model = onnx.load_model(exported.int8.path / MODEL)
    large = [tensor for tensor in model.graph.initializer if len(tensor.raw_data) > 4 * 32 * 32]
    assert all(tensor.data_type != onnx.TensorProto.FLOAT for tensor in large)


def test_int8_weights_of_products_stay_within_seven_bits(exported: ExportRef) -> None:
    """With eight, kernels without VNNI saturate."""
    model = onnx.load_model(exported.int8.path / MODEL)
    names = {node.input[1] for node in model.graph.node if node.op_type in {"MatMulInteger", "DynamicQuantizeMatMul"}}
    weights = [onnx.numpy_helper.to_array(each) for each in model.graph.initializer if each.name in names]
    assert len(weights) >= 6
    assert all(array.dtype == "int8" and abs(array.astype(int)).max() <= 64 for array in weights)


def test_embedding_rows_keep_their_own_scale(exported: ExportRef) -> None:
    """Each row of a table comes back within half a step of its own."""
    plain, small = (onnx.load_model(each.path / MODEL) for each in (exported.fp32, exported.int8))
    arrays = {
        each.name: onnx.numpy_helper.to_array(each) for graph in (plain, small) for each in graph.graph.initializer
    }
    tables = [name.removesuffix(".codes") for name in arrays if name.endswith(".codes")]
    assert any("word_embeddings" in name for name in tables)
    for name in tables:
        scales = arrays[f"{name}.scales"].astype(np.float32)
        assert (np.abs(arrays[name] - arrays[f"{name}.codes"] * scales) <= 0.51 * scales + 1e-4).all()


@pytest.fixture(scope="module")
def as_the_sample(tmp_path_factory: pytest.TempPathFactory) -> ExportRef:
    """The sample's shape: 2 layers, 128 wide, 5,400 tokens."""
    tmp_path = tmp_path_factory.mktemp("sample")
    sizes = {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 512}
    config = BertConfig(vocab_size=5400, **sizes)
    encoder = BertModel(config, add_pooling_layer=False)
    (tmp_path / "model").mkdir()
    tokenizer = tiny.make_tokenizer("".join(chr(0x4E00 + place) for place in range(5390)))
    sha256 = folders.save(
        classify.build(encoder, tiny.LABELS, 0.0),
        tokenizer,
        {"recipe": "classify", "labels": list(tiny.LABELS), "max_length": 160},
        tmp_path / "model",
    )
    base = BaseRef(source="scratch", revision="", weights_sha256="", tokenizer_sha256="")
    ref = ModelRef(
        path=tmp_path / "model", recipe="classify", labels=tiny.LABELS, sha256=sha256, base=base, seed=0, metrics={}
    )
    return export(ref, ExportingParams(), TEXTS, tmp_path / "out")


def test_an_int8_artifact_is_small_where_weights_are_most_of_it(as_the_sample: ExportRef) -> None:
    assert as_the_sample.int8.bytes <= 0.3 * as_the_sample.fp32.bytes
    assert Predictor.of(as_the_sample.int8).predict(TEXTS).logits.shape == (2, 2)


def test_both_layers_of_the_sample_fuse(as_the_sample: ExportRef) -> None:
    """Two norms a layer and that of the embeddings, an activation a layer; attention ahead of time alone."""
    from onnxruntime.transformers.optimizer import optimize_model

    plain, small = (verify(each.path)["fused"] for each in (as_the_sample.fp32, as_the_sample.int8))
    assert (plain["LayerNormalization"], plain["BiasGelu"], plain["Attention"]) == (5, 2, 0)
    assert (small["LayerNormalization"], small["SkipLayerNormalization"], small["Gelu"]) == (3, 2, 2)
    path = str(as_the_sample.fp32.path / MODEL)
    ahead = optimize_model(path, "bert", num_heads=2, hidden_size=128, opt_level=0).get_fused_operator_statistics()
    assert ahead["Attention"] == 2
