"""A causal language model → ONNX with a cache of keys and values, so that no text is read twice."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.onnx.errors import OnnxExporterError

from daybreak.errors import ModelError, StepFailed
from daybreak.evaluation.writing.shapes import torch_logits
from daybreak.exporting.params import ExportingParams
from daybreak.exporting.source import Source
from daybreak.inference import MODEL, templates
from daybreak.records import ArtifactRef
from daybreak.records.artifacts import Shippable

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXPORTER = "torchscript"
KINDS: tuple[Shippable, ...] = ("onnx-fp32", "onnx-int8")
PLACES = ("keys", "values")
TOLERANCE = 1e-4
"""Largest logit difference from torch on the same batches; the TorchScript exporter stays below 1e-5."""


class Cached(nn.Module):
    """The model with its cache as plain tensors, and a mask of its own.

    transformers builds its masks in ways that tracing does not follow; here a token sees the real ones up to itself.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, position_ids: torch.Tensor, *past: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """Ids, positions int64 [batch, length]; mask int64 [batch, past + length]; past [batch, heads, past, width]."""
        from transformers import DynamicCache

        cache = DynamicCache(list(zip(past[::2], past[1::2], strict=True)))
        whole, length = attention_mask.shape[1], input_ids.shape[1]
        places = torch.arange(whole, device=input_ids.device)
        seen = (places[None, :] <= places[whole - length :, None])[None, None] & attention_mask[:, None, None, :].bool()
        hidden = torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float32).min)
        found = self.network(
            input_ids=input_ids,
            attention_mask=hidden,
            position_ids=position_ids,
            past_key_values=cache,
            use_cache=True,
        )
        kept = [each for layer in found.past_key_values.layers for each in (layer.keys, layer.values)]
        return (found.logits, *kept)


def describe(source: Source) -> dict[str, Any]:
    """What a runner must know beside the weights: how dialogues are written down, and which tokens end an answer."""
    from transformers import AutoTokenizer

    from daybreak.recipes.decoders import chat

    tokenizer: Any = AutoTokenizer.from_pretrained(source.ref.path, local_files_only=True)
    template = chat.template(tokenizer)
    templates.read(template)
    special = {name: str(getattr(tokenizer, name) or "") for name in ("bos_token", "eos_token")}
    return {
        **source.description,
        "pad_id": tokenizer.pad_token_id if tokenizer.pad_token_id is not None else source.description["pad_id"],
        "template": template,
        "special": special,
        "eos_id": tokenizer.eos_token_id,
        "ends": _ends(source.network, tokenizer),
        "positions": _positions(source.network),
    }


def _positions(network: Any) -> int | None:
    """Tokens that the context holds, where the model's settings say so."""
    found: int | None = getattr(network.config.get_text_config(), "max_position_embeddings", None)
    return found


def _ends(network: Any, tokenizer: Any) -> list[int]:
    """Tokens behind which nothing follows, by the tokenizer and by the model's own settings."""
    asked = [tokenizer.eos_token_id, getattr(network.generation_config, "eos_token_id", None)]
    asked += [tokenizer.get_vocab().get("<|im_end|>")]
    found = [each for one in asked for each in (one if isinstance(one, list) else [one])]
    return sorted({int(each) for each in found if each is not None})


def write(source: Source, params: ExportingParams, folder: Path) -> dict[str, Any]:
    """Write model.onnx with dynamic batch, length and past; returns what the manifest says of it."""
    import onnx

    network = _traceable(source.network)
    with _explained(network):
        example, names = _example(network), _names(network)
    batch, sequence = {0: "batch"}, {2: "past"}
    axes = {"input_ids": {**batch, 1: "length"}, "position_ids": {**batch, 1: "length"}}
    axes |= {"attention_mask": {**batch, 1: "total"}, "logits": {**batch, 1: "length"}}
    axes |= {f"past.{name}": {**batch, **sequence} for name in names}
    axes |= {f"present.{name}": {**batch, 2: "total"} for name in names}
    folder.mkdir(parents=True)
    with warnings.catch_warnings(), torch.inference_mode(), _explained(network):
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Cached(network).eval(),
            example,
            folder / MODEL,
            dynamo=False,
            opset_version=params.opset,
            input_names=["input_ids", "attention_mask", "position_ids", *(f"past.{name}" for name in names)],
            output_names=["logits", *(f"present.{name}" for name in names)],
            dynamic_axes=axes,
        )
    try:
        onnx.checker.check_model(folder / MODEL, full_check=True)
    except onnx.checker.ValidationError as error:
        found = f"export: the graph is not valid ONNX: {error}"
        raise StepFailed(found, "a valid graph", "Try another opset") from None
    return {"exporter": EXPORTER, "opset": params.opset, "cache": "keys and values", "layers": len(names) // 2}


@contextmanager
def _explained(network: Any) -> Iterator[None]:
    """ModelError where a model has other inputs or another cache than is traced here."""
    try:
        yield
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, OnnxExporterError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        found = f"model.base is {network.config.model_type}, which cannot be traced: {reason}"
        raise ModelError(found, "a decoder with a cache of keys and values", "Choose another model.base") from None


def _traceable(network: Any) -> Any:
    """With plain attention; ModelError where a layer sees a window only, or keeps other things than keys and values."""
    config = network.config
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    if kinds != {"full_attention"} or getattr(config, "is_encoder_decoder", False):
        found = f"model.base is {config.model_type}, with layers of {', '.join(sorted(kinds))}"
        raise ModelError(found, "layers that see the whole text", "Choose another model.base")
    network.set_attn_implementation("eager")
    return network


def _names(network: Any) -> list[str]:
    return [f"{layer}.{place}" for layer in range(network.config.num_hidden_layers) for place in PLACES]


def _example(network: Any) -> tuple[torch.Tensor, ...]:
    """Two rows of four tokens behind three, the second padded on the left: a size of 1 would be frozen in the graph."""
    ids = torch.arange(8).reshape(2, 4) % network.config.vocab_size
    mask = torch.ones(2, 7, dtype=torch.int64)
    mask[1, :2] = 0
    with torch.inference_mode():
        before = network(input_ids=ids[:, :3], use_cache=True).past_key_values
    positions = (mask.cumsum(1) - 1).clamp(min=0)[:, 3:]
    return (ids, mask, positions, *(each for layer in before.layers for each in (layer.keys, layer.values)))


def answers(source: Source, made: ArtifactRef) -> "NDArray[np.float32]":
    """Logits of the token behind each example text, float32 [texts, vocabulary]."""
    from daybreak.inference.generator import Generator

    generator = Generator.of(made, threads=1)
    return generator.logits(generator.pad([generator.encode(text)[:64] for text in source.texts]))[:, -1]


def check_answers(source: Source, made: ArtifactRef) -> None:
    """StepFailed unless the artifact expects the example texts as torch does, alone and padded on the left."""
    from daybreak.inference.generator import Generator

    generator = Generator.of(made)
    for size in (1, len(source.texts)):
        ids = [generator.encode(text)[:64] for text in source.texts[:size]]
        batch = generator.pad(ids)
        gap = np.abs(generator.logits(batch) - torch_logits(source.network, batch))[batch.attention_mask == 1].max()
        if not gap <= TOLERANCE:
            found = f"export: {made.kind} differs from torch by {gap:.2g} on a batch of {size}"
            raise StepFailed(found, f"at most {TOLERANCE:g}", "Report the architecture: its export is wrong")
