"""Signatures say what the ONNX model really takes and gives."""

from daybreak.records import ArtifactRef
from daybreak.tracking import Signature, Tensor, classifier
from daybreak.tracking.signature import to_mlflow


def test_a_classifier_takes_ids_and_mask_and_gives_logits() -> None:
    signature = classifier(["negative", "neutral", "positive"])
    assert [tensor.name for tensor in signature.inputs] == ["input_ids", "attention_mask"]
    assert signature.outputs[0].shape == (-1, 3)


def test_the_same_in_mlflows_words(artifact: ArtifactRef) -> None:
    import onnx

    said = to_mlflow(classifier(["negative", "positive"]))
    graph = onnx.load(artifact.path / "model.onnx").graph
    assert said.inputs.input_names() == [entry.name for entry in graph.input]
    assert [str(kind) for kind in said.inputs.numpy_types()] == ["int64", "int64"]
    assert said.outputs.input_names() == [entry.name for entry in graph.output]


def test_any_tensors_can_be_said() -> None:
    tensor = Tensor(name="embedding", dtype="float32", shape=(-1, 384))
    said = to_mlflow(Signature(inputs=(tensor,), outputs=(tensor,)))
    assert said.outputs.inputs[0].shape == (-1, 384)
