"""A base model in memory: loaded once, checked against what training wants of it, and built from as often as needed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.recipes.encoders.folder import without_pooler
from daybreak.recipes.params import ModelParams
from daybreak.records import BaseRef
from daybreak.training import base, tokenizer

SCRATCH_CONFIG = {
    "vocab_size": 6000,
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 512,
    "max_position_embeddings": 512,
}
Kind = Literal["encoder", "decoder"]
DROPOUT_KEYS = ("hidden_dropout_prob", "hidden_dropout", "dropout")
# These count positions from behind the padding id.
SHIFTED_POSITIONS = ("roberta", "xlm-roberta", "camembert", "mpnet", "longformer")


@dataclass(frozen=True)
class Base:
    """`weights` are fp32 and None for weights from scratch; `tokenizer` is the transformers one."""

    ref: BaseRef
    config: Any
    weights: dict[str, Tensor] | None
    tokenizer: Any
    kind: Kind = "encoder"

    @property
    def pad_id(self) -> int:
        return int(self.tokenizer.pad_token_id or 0)

    def network(self, dropout: float) -> nn.Module:
        """A fresh network that starts from these weights; weights from scratch come from torch's seed."""
        config = type(self.config).from_dict(self.config.to_dict())
        for key in DROPOUT_KEYS:
            if hasattr(config, key):
                setattr(config, key, dropout)
        network: nn.Module = without_pooler(_auto(self.kind).from_config(config, dtype=torch.float32))
        if self.weights is not None:
            network.load_state_dict(self.weights)
        return network


def load(model: ModelParams, max_length: int, texts: Callable[[], Sequence[str]], kind: Kind = "encoder") -> Base:
    """Load what `model.base` names; `texts` is called for weights from scratch, to learn a tokenizer from.

    ModelError for a base that cannot be had or read, for texts longer than its positions, and for a tokenizer with
    more tokens than its embedding has rows.
    """
    place = base.locate(model)
    loaded = (
        _from_scratch(model, texts, kind) if place is None else _from_folder(place.folder, base.resolve(model), kind)
    )
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


def _auto(kind: Kind) -> Any:
    from transformers import AutoModel, AutoModelForCausalLM

    return AutoModel if kind == "encoder" else AutoModelForCausalLM


def _from_folder(folder: Path, ref: BaseRef, kind: Kind) -> Base:
    options = {"local_files_only": True, "trust_remote_code": False, "use_safetensors": True, "dtype": torch.float32}
    try:
        with quiet():
            network, report = _auto(kind).from_pretrained(folder, output_loading_info=True, **options)
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
    return Base(ref, network.config, network.state_dict(), tokenizer.load(folder), kind)


def _from_scratch(model: ModelParams, texts: Callable[[], Sequence[str]], kind: Kind) -> Base:
    from transformers import BertConfig

    known = set(BertConfig().to_dict())
    for key in model.config:
        if key not in known:
            near = get_close_matches(key, known, 1)
            raise ModelError(f"model.config.{key} is not a key of BertConfig", near[0] if near else "one of its keys")
    wanted = SCRATCH_CONFIG | model.config
    _try(wanted)
    learned = tokenizer.train(texts(), int(wanted["vocab_size"]), int(wanted["max_position_embeddings"]))
    config = BertConfig(**{**wanted, "vocab_size": len(learned), "pad_token_id": learned.pad_token_id})
    digest = digests.of_value(learned.backend_tokenizer.to_str())
    ref = base.resolve(model).model_copy(update={"tokenizer_sha256": digest})
    return Base(ref, config, None, learned, kind)


def _try(sizes: dict[str, Any]) -> None:
    """Build the model without memory, so that sizes that do not fit each other are found now."""
    from transformers import AutoModel, BertConfig

    try:
        with torch.device("meta"):
            AutoModel.from_config(BertConfig(**sizes))
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"model.config describes no model: {reason}", "sizes that fit each other", "Mend model.config"
        ) from None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' loading report and progress bar off the terminal; what matters of it raises."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
