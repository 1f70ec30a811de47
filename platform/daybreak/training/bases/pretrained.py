"""A base model in memory: loaded once, checked against what training wants of it, and built from as often as needed."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.recipes.decoders import chat
from daybreak.recipes.encoders import folder as folders
from daybreak.recipes.encoders.folder import without_pooler
from daybreak.recipes.params import ModelParams
from daybreak.records import BaseRef
from daybreak.training.bases import base, gguf, quantised, scratch, tokenizer
from daybreak.training.bases.scratch import Kind
from daybreak.training.bases.silence import quiet

ENCODER = "encoder."
DROPOUT_KEYS = {
    "encoder": ("hidden_dropout_prob", "hidden_dropout", "dropout"),
    "decoder": ("attention_dropout", "hidden_dropout", "dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop"),
}
# These count positions from behind the padding id.
SHIFTED_POSITIONS = ("roberta", "xlm-roberta", "camembert", "mpnet", "longformer")


class Learned(NamedTuple):
    """All weights of an earlier training, for one that goes on from it with the same recipe and labels."""

    recipe: str
    labels: tuple[str, ...]
    weights: dict[str, Tensor]


@dataclass(frozen=True)
class Base:
    """`weights` are fp32 and None for weights from scratch; `tokenizer` is the transformers one."""

    ref: BaseRef
    config: Any
    weights: dict[str, Tensor] | None
    tokenizer: Any
    kind: Kind = "encoder"
    learned: Learned | None = None
    generation: Any = None

    @property
    def pad_id(self) -> int:
        return int(self.tokenizer.pad_token_id or 0)

    def network(self, dropout: float, bits: int = 32, device: torch.device | None = None) -> nn.Module:
        """A fresh network that starts from these weights; weights from scratch come from torch's seed.

        With fewer `bits` it can only be read: 16 is bf16, 8 and 4 are bitsandbytes' on a GPU `device`.
        """
        config = type(self.config).from_dict(self.config.to_dict())
        for key in DROPOUT_KEYS[self.kind]:
            if hasattr(config, key):
                setattr(config, key, dropout)
        if bits < 16:
            return quantised.load(self.weights, self.kind, config, bits, device)
        network: nn.Module = without_pooler(scratch.auto(self.kind).from_config(config, dtype=torch.float32))
        if self.weights is not None:
            network.load_state_dict(self.weights)
        if self.generation is not None:
            network.generation_config = self.generation
        return network.to(torch.bfloat16) if bits == 16 else network


def load(
    model: ModelParams,
    max_length: int,
    texts: Callable[[], Sequence[str]],
    kind: Kind = "encoder",
    cache: Path | None = None,
) -> Base:
    """Load what `model.base` names; `texts` is called for weights from scratch, to learn a tokenizer from.

    A GGUF file is unpacked below `cache`, once; without one, below the system's folder for what is temporary.
    ModelError for a base that cannot be had or read, for texts longer than its positions, and for a tokenizer with
    more tokens than its embedding has rows.
    """
    place = base.locate(model)
    loaded = (
        _from_scratch(model, texts, kind) if place is None else _from_place(place, base.resolve(model), kind, cache)
    )
    if kind == "decoder":  # so that whoever loads the trained model writes dialogues as they were learned
        loaded.tokenizer.chat_template = chat.template(loaded.tokenizer)
    limit = positions(loaded.config)
    if limit is not None and max_length > limit:
        found = f"training.max_length is {max_length}"
        raise ModelError(found, f"at most {limit}, the positions of {model.base}", "Lower training.max_length")
    tokens, rows = len(loaded.tokenizer), loaded.config.vocab_size
    if tokens > rows:
        found = f"the tokenizer of {model.base} has {tokens} tokens, its embedding {rows} rows"
        raise ModelError(found, "a tokenizer of this very model", "Point model.base at a matching pair")
    return loaded


def positions(config: Any) -> int | None:
    """How many tokens an encoder can read at once; None where positions are relative."""
    limit = getattr(config, "max_position_embeddings", None)
    if limit is None or limit <= 0:
        return None
    shifted = config.model_type in SHIFTED_POSITIONS
    return int(limit) - ((config.pad_token_id or 0) + 1 if shifted else 0)


def _from_place(place: base.Place, ref: BaseRef, kind: Kind, cache: Path | None) -> Base:
    if not place.gguf:
        return _from_folder(place.folder, ref, kind)
    if kind == "encoder":
        found = f"{ref.source} is a GGUF file, which holds a language model"
        raise ModelError(found, "an encoder", "Set model.recipe to generate, or choose another model.base")
    with tempfile.TemporaryDirectory() as aside:
        folder = gguf.unpacked(place.folder / place.gguf, ref.weights_sha256, cache or Path(aside))
        return _from_folder(folder, ref, kind)


def _from_folder(folder: Path, ref: BaseRef, kind: Kind) -> Base:
    if kind == "encoder" and (folder / folders.RECIPE).is_file():
        return _from_training(folder, ref)
    options = {"local_files_only": True, "trust_remote_code": False, "use_safetensors": True, "dtype": torch.float32}
    try:
        with quiet():
            network, report = scratch.auto(kind).from_pretrained(folder, output_loading_info=True, **options)
    except Exception as error:  # transformers, safetensors and torch each raise their own
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"{ref.source} cannot be loaded: {reason}",
            "an encoder for transformers" if kind == "encoder" else "a causal language model",
            "Mend model.base",
        ) from None
    missing = sorted(name for name in report["missing_keys"] if not name.startswith("pooler."))
    if missing or network.config.is_encoder_decoder:
        found = f"its weights lack {missing[0]}" if missing else "it is an encoder with a decoder"
        raise ModelError(f"{ref.source} cannot be used: {found}", f"a complete {kind}", "Choose another model.base")
    without_pooler(network)
    generation = network.generation_config if kind == "decoder" else None
    return Base(ref, network.config, network.state_dict(), tokenizer.load(folder), kind, generation=generation)


def _from_training(folder: Path, ref: BaseRef) -> Base:
    """The encoder of a model that was trained here before, and the whole of it beside."""
    from transformers import AutoConfig

    folders.verify(folder)
    with (folder / folders.RECIPE).open(encoding="utf-8") as stream:
        described = json.load(stream)
    weights = load_file(folder / folders.WEIGHTS)
    encoder = {name.removeprefix(ENCODER): value for name, value in weights.items() if name.startswith(ENCODER)}
    if not encoder:
        found = f"{ref.source} is a model of the recipe {described['recipe']}, which has no encoder"
        raise ModelError(found, "a model with an encoder", "Choose another model.base")
    scratch.auto("encoder")
    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    learned = Learned(described["recipe"], tuple(described["labels"]), weights)
    return Base(ref, config, encoder, tokenizer.load(folder), "encoder", learned)


def _from_scratch(model: ModelParams, texts: Callable[[], Sequence[str]], kind: Kind) -> Base:
    config, learned = scratch.begin(model.config, texts, kind)
    digest = digests.of_value(learned.backend_tokenizer.to_str())
    ref = base.resolve(model).model_copy(update={"tokenizer_sha256": digest})
    return Base(ref, config, None, learned, kind)
