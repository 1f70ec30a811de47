"""A model from scratch: its sizes from `model.config`, its tokenizer learned from the training texts."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal

import torch

from daybreak.errors import ModelError
from daybreak.training.bases import tokenizer

Kind = Literal["encoder", "decoder"]
MODEL_TYPES: Mapping[Kind, str] = {"encoder": "bert", "decoder": "llama"}
"""What is built where `model.config` names no `model_type`."""
SIZES = {
    "vocab_size": 6000,
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 512,
    "max_position_embeddings": 512,
}


def begin(wanted: Mapping[str, Any], texts: Callable[[], Sequence[str]], kind: Kind) -> tuple[Any, Any]:
    """A transformers config and the tokenizer that fits it; `vocab_size` is the most tokens that are learned.

    `wanted` holds keys of that config, `model_type` among them: any that transformers knows, or `cnn`. ModelError, with
    nothing learned yet, for keys that are not of the model and for sizes that do not fit each other.
    """
    config_class = _config_class(str(wanted.get("model_type", MODEL_TYPES[kind])))
    sizes = _sizes(config_class, {key: value for key, value in wanted.items() if key != "model_type"})
    _try(config_class, sizes, kind)
    rows = int(sizes.get("vocab_size", SIZES["vocab_size"]))
    limit = int(sizes.get("max_position_embeddings", SIZES["max_position_embeddings"]))
    learn = tokenizer.train if kind == "encoder" else tokenizer.train_bytes
    learned = learn(texts(), rows, limit)
    ids = {"pad_token_id": learned.pad_token_id}
    if kind == "decoder":
        ids |= {"bos_token_id": learned.bos_token_id, "eos_token_id": learned.eos_token_id}
    return config_class(**{**sizes, "vocab_size": len(learned), **ids}), learned


def auto(kind: Kind) -> Any:
    """What transformers builds such a model with; our own light encoder is made known to it."""
    from transformers import AutoModel, AutoModelForCausalLM

    from daybreak.recipes.encoders import cnn

    cnn.register()
    return AutoModel if kind == "encoder" else AutoModelForCausalLM


def _config_class(model_type: str) -> Any:
    from transformers import CONFIG_MAPPING

    from daybreak.recipes.encoders import cnn

    cnn.register()
    if model_type not in CONFIG_MAPPING:
        near = get_close_matches(model_type, list(CONFIG_MAPPING.keys()), 1)
        found = f"model.config.model_type is {model_type!r}, which transformers does not know"
        raise ModelError(found, near[0] if near else "bert, llama or cnn, for example", "Mend model.config")
    return CONFIG_MAPPING[model_type]


def _sizes(config_class: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    known = {*config_class().to_dict(), *config_class.attribute_map} - {"model_type"}
    for key in wanted:
        if key not in known:
            near = get_close_matches(key, known, 1)
            found = f"model.config.{key} is not a key of {config_class.__name__}"
            raise ModelError(found, near[0] if near else "one of its keys")
    return {**{key: value for key, value in SIZES.items() if key in known}, **wanted}


def _try(config_class: Any, sizes: Mapping[str, Any], kind: Kind) -> None:
    """Build the model without memory, so that sizes that do not fit each other are found now."""
    try:
        with torch.device("meta"):
            auto(kind).from_config(config_class(**sizes))
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"model.config describes no model: {reason}", "sizes that fit each other", "Mend model.config"
        ) from None
