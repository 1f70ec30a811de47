"""What is exported: the torch model in evaluation mode, its tokenizer and description, and example rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import torch
from tokenizers import Tokenizer

from daybreak import recipes
from daybreak.errors import DataError, ModelError
from daybreak.exporting.params import ExportingParams
from daybreak.inference import TOKENIZER
from daybreak.recipes.base import Signature
from daybreak.records import ArtifactRef, ModelRef
from daybreak.records.artifacts import Shippable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHECKED_ROWS = 32
TOLERANCE = 1e-4
"""Largest logit difference, fp32 ONNX against torch, on the same batches; the TorchScript exporter stays below 1e-6."""


class Tracer(Protocol):
    """A module for one family of networks: which kinds it can become, and how it becomes ONNX fp32."""

    EXPORTER: str
    KINDS: tuple[Shippable, ...]

    def describe(self, source: "Source") -> dict[str, Any]:
        """What labels.json says: all that a runner must know beside weights and tokenizer."""
        ...

    def write(self, source: "Source", params: ExportingParams, folder: Path) -> dict[str, Any]:
        """Write model.onnx into the new `folder`; what the manifest says of it."""
        ...

    def answers(self, source: "Source", made: ArtifactRef) -> "NDArray[np.float32]":
        """What an artifact answers to the example texts, one row each, by one thread."""
        ...

    def check_answers(self, source: "Source", made: ArtifactRef) -> None:
        """StepFailed unless the artifact answers the example texts as torch does, alone and in batches."""
        ...


@dataclass(frozen=True)
class Source:
    """`description` is the recipe.json of the model's folder, with the id that pads."""

    ref: ModelRef
    network: torch.nn.Module
    texts: tuple[str, ...]
    description: dict[str, Any]

    @classmethod
    def of(cls, ref: ModelRef, texts: Sequence[str]) -> "Source":
        """Load the model as its recipe does."""
        if len(texts) < 2:
            raise DataError(f"{len(texts)} example texts", "two or more", "Give rows of the training data")
        network = recipes.find(ref.recipe).load_model(ref)
        source = cls(ref, network, tuple(texts[:CHECKED_ROWS]), _describe(ref))
        return replace(source, description=source.tracer.describe(source))

    @property
    def tracer(self) -> Tracer:
        """The module that knows how this architecture is traced: `encoder` or `decoder`."""
        return cast("Tracer", import_module(f"daybreak.exporting.{recipes.find(self.ref.recipe).BASE}"))

    @property
    def tokenizer(self) -> Path:
        return self.ref.path / TOKENIZER

    @property
    def signature(self) -> Signature:
        return recipes.find(self.ref.recipe).signature(self.ref.labels)

    def example(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids and mask, int64 [2, 8], the second row half padding: a size of 1 would be frozen into the graph."""
        ids = torch.arange(16).reshape(2, 8) % Tokenizer.from_file(str(self.tokenizer)).get_vocab_size()
        mask = torch.ones_like(ids)
        ids[1, 4:], mask[1, 4:] = self.description["pad_id"], 0
        return ids, mask


def _describe(ref: ModelRef) -> dict[str, Any]:
    path = ref.path / "recipe.json"
    try:
        recipe = json.loads(path.read_text(encoding="utf-8"))
        return {
            "recipe": recipe["recipe"],
            "labels": list(recipe["labels"]),
            "max_length": recipe["max_length"],
            "pad_id": _pad_id(ref.path / TOKENIZER),
        }
    except (FileNotFoundError, KeyError, ValueError) as error:
        expected = "recipe.json with recipe, labels and max_length"
        raise ModelError(f"{path} cannot be used: {error!r}", expected, "Train the model again") from None


def _pad_id(path: Path) -> int:
    tokenizer = Tokenizer.from_file(str(path))
    if tokenizer.padding:
        return int(tokenizer.padding["pad_id"])
    known = (tokenizer.token_to_id(token) for token in ("[PAD]", "<pad>", "<|endoftext|>"))
    return next((found for found in known if found is not None), 0)
