"""What a registered model takes and gives, as named tensors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from daybreak.records import Record

if TYPE_CHECKING:
    from mlflow.models import ModelSignature


class Tensor(Record):
    """One named tensor; -1 in `shape` stands for any length."""

    name: str
    dtype: str
    shape: tuple[int, ...]


class Signature(Record):
    """The tensors of an ONNX model, inputs and outputs in the model's own order."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


def classifier(labels: Sequence[str]) -> Signature:
    """Token ids and mask, [batch, length] -> logits, [batch, labels]."""
    inputs = tuple(Tensor(name=name, dtype="int64", shape=(-1, -1)) for name in ("input_ids", "attention_mask"))
    return Signature(inputs=inputs, outputs=(Tensor(name="logits", dtype="float32", shape=(-1, len(labels))),))


def writer() -> Signature:
    """Token ids, mask and positions, [batch, length] -> logits, [batch, length, vocabulary]; the cache goes unnamed."""
    names = ("input_ids", "attention_mask", "position_ids")
    inputs = tuple(Tensor(name=name, dtype="int64", shape=(-1, -1)) for name in names)
    return Signature(inputs=inputs, outputs=(Tensor(name="logits", dtype="float32", shape=(-1, -1, -1)),))


def to_mlflow(signature: Signature) -> "ModelSignature":
    """The same in MLflow's words."""
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    def schema(tensors: Sequence[Tensor]) -> Schema:
        return Schema([TensorSpec(np.dtype(tensor.dtype), tensor.shape, tensor.name) for tensor in tensors])

    return ModelSignature(schema(signature.inputs), schema(signature.outputs))
