"""What every recipe says: record → features, head, loss, metrics and the signature of its ONNX model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from daybreak.records import ModelRef, Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import Tensor, nn


class Port(Record):
    """One named input or output; an axis is a size, or a name where the size may change."""

    name: str
    dtype: Literal["int64", "float32"]
    shape: tuple[int | str, ...]

    @property
    def dynamic_axes(self) -> dict[int, str]:
        return {place: axis for place, axis in enumerate(self.shape) if isinstance(axis, str)}


class Signature(Record):
    """What the exported model takes and gives, in its own order."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


class Recipe(Protocol):
    """A recipe module: one file in this folder. Names of its `METRICS` are those that `tuning.metric` may take."""

    METRICS: tuple[str, ...]

    def features(self, texts: Sequence[str], tokenizer: "Tokenizer", max_length: int) -> list[list[int]]:
        """Token ids of each text, special tokens included, cut to `max_length`, not padded."""
        ...

    def targets(self, values: Sequence[str], labels: Sequence[str]) -> "NDArray[np.int64]":
        """What is learned, one a row; DataError for a value that is none of the labels."""
        ...

    def build(self, encoder: "nn.Module", labels: Sequence[str], dropout: float) -> "nn.Module":
        """A network `(input_ids, attention_mask) -> logits` over an encoder; its own weights come from torch's seed."""
        ...

    def loss(self, logits: "Tensor", targets: "Tensor", label_smoothing: float) -> "Tensor":
        """Mean loss of a batch."""
        ...

    def metrics(self, logits: "NDArray[np.float32]", targets: "NDArray[np.int64]") -> dict[str, float]:
        """One number for each of `METRICS`, larger is better."""
        ...

    def signature(self, labels: Sequence[str]) -> Signature:
        """Inputs and outputs of the exported model."""
        ...

    def load_model(self, ref: ModelRef) -> "nn.Module":
        """A trained model in evaluation mode; ModelError for a folder that is not intact."""
        ...
