"""What every recipe says: record → features, head, loss, metrics and the signature of its ONNX model."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from daybreak.records import ModelRef, Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

IGNORED = -100
"""A target that no loss reads: padding, and what is given rather than learned."""

Direction = Literal["max", "min"]


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


class Rows(NamedTuple):
    """Some rows of a split, a list a column; `messages` are JSON lists of turns, "" for rows that are no dialogue."""

    ids: Sequence[str]
    texts: Sequence[str]
    labels: Sequence[str]
    messages: Sequence[str]


class Example(NamedTuple):
    """One row as it is learned: token ids, special tokens included, and targets, of any number, `IGNORED` allowed.

    `cut` counts the tokens that were left out because the row is longer than it may be.
    """

    ids: Sequence[int]
    targets: Sequence[int]
    cut: int = 0


class Batch(NamedTuple):
    """Ids and mask int64 [rows, length], padded on the right; targets int64 [rows, widest], padded with `IGNORED`.

    `tokens` counts the real ones. In a packed batch the mask holds the number, from 1, of the text each token is of.
    """

    input_ids: "Tensor"
    attention_mask: "Tensor"
    targets: "Tensor"
    tokens: int


class Recipe(Protocol):
    """A recipe module: one file in this folder.

    `METRICS` names what it measures, the one that counts most first, and whether more is better ("max") or less
    ("min"); `BASE` is what it stands on: an encoder's states, or a causal language model with its own head.
    """

    METRICS: Mapping[str, Direction]
    BASE: Literal["encoder", "decoder"]

    def examples(self, rows: Rows, labels: Sequence[str], tokenizer: Any, max_length: int) -> list[Example]:
        """One a row, in order, cut to `max_length` tokens; `tokenizer` is transformers' and is not changed.

        DataError for a value that is none of the labels, or that this kind of problem cannot be learned from.
        """
        ...

    def build(self, base: "nn.Module", labels: Sequence[str], dropout: float) -> "nn.Module":
        """The network over a base; its own weights come from torch's seed."""
        ...

    def answer(self, network: "nn.Module", batch: Batch) -> "Tensor":
        """What the network says to a batch, wherever there is a target; the first axis is rows."""
        ...

    def loss(
        self, answers: "Tensor", targets: "Tensor", label_smoothing: float = 0.0, class_weights: "Tensor | None" = None
    ) -> "Tensor":
        """Sum of the losses of all targets, in nats; `class_weights` float32, one a label."""
        ...

    def weight(self, targets: "Tensor", class_weights: "Tensor | None" = None) -> float:
        """What the sum of losses is divided by: how many targets it is of, each with its class's weight."""
        ...

    def observe(self, answers: "Tensor", targets: "Tensor") -> "NDArray[np.float32]":
        """What `metrics` needs of a batch, [rows, any]; small enough to be kept for a whole split."""
        ...

    def metrics(self, observed: "NDArray[np.float32]", labels: Sequence[str]) -> dict[str, float]:
        """One number for each of `METRICS`, from the rows that `observe` gave."""
        ...

    def signature(self, labels: Sequence[str]) -> Signature:
        """Inputs and outputs of the exported model."""
        ...

    def load_model(self, ref: ModelRef) -> "nn.Module":
        """A trained model in evaluation mode; ModelError for a folder that is not intact."""
        ...
