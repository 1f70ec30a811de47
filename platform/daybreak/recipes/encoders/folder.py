"""The folder of a trained model: weights, config, tokenizer and recipe, sealed by a manifest written last."""

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.records import FileDigest, ModelRef

WEIGHTS, CONFIG, TOKENIZER, RECIPE, MANIFEST = (
    "model.safetensors",
    "config.json",
    "tokenizer.json",
    "recipe.json",
    "manifest.json",
)
AGAIN = "Train the model again"

Build = Callable[[nn.Module, Sequence[str], float], nn.Module]


def save(network: Any, tokenizer: Any, recipe: dict[str, Any], folder: Path, unsealed: Collection[str] = ()) -> str:
    """Write a trained network, its transformers tokenizer and the contents of recipe.json; returns the digest.

    The digest covers every file but `unsealed` ones, such as timings, so that two trainings from the same inputs agree.
    Files that are there already, also in folders below, are sealed with the others.
    """
    base = getattr(network, "encoder", network)
    base.config.save_pretrained(folder)
    if getattr(base, "generation_config", None) is not None:
        base.generation_config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    save_file(_weights(network), folder / WEIGHTS, metadata={"format": "pt"})
    _write(folder / RECIPE, recipe)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = [_entry(path, folder) for path in paths if path.name not in {MANIFEST, *unsealed}]
    digest = digests.of_value({file.name: file.sha256 for file in files})
    _write(folder / MANIFEST, {"sha256": digest, "files": [file.model_dump() for file in files]})
    return digest


def verify(folder: Path) -> str:
    """The digest of an intact folder; ModelError if a file is missing or altered."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = [FileDigest(**entry) for entry in manifest["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError(f"{folder} has no readable {MANIFEST}", "a finished model", AGAIN) from None
    for file in files:
        path = folder / file.name
        if not path.is_file():
            raise ModelError(f"{file.name} is missing from the model {folder}", "every file of its manifest", AGAIN)
        if digests.of_file(path) != file.sha256:
            raise ModelError(f"{file.name} in {folder} was altered", f"digest {file.sha256[:12]}", AGAIN)
    return digests.of_value({file.name: file.sha256 for file in files})


def load(ref: ModelRef, build: Build, kind: Literal["encoder", "decoder"] = "encoder") -> nn.Module:
    """The network that `save` wrote, in evaluation mode; ModelError if the folder is not the reference's, intact."""
    from transformers import AutoConfig

    from daybreak.recipes.encoders import cnn

    cnn.register()
    found = verify(ref.path)
    if found != ref.sha256:
        raise ModelError(f"the model {ref.path} has digest {found[:12]}", ref.sha256[:12], AGAIN)
    config = AutoConfig.from_pretrained(ref.path, local_files_only=True, trust_remote_code=False)
    network = build(_empty(config, kind), ref.labels, 0.0)
    fill(network, load_file(ref.path / WEIGHTS))
    return network.eval()


def load_tokenizer(ref: ModelRef) -> Tokenizer:
    """The trained model's tokenizer; padding and truncation are the caller's."""
    return Tokenizer.from_file(str(ref.path / TOKENIZER))


def without_pooler(encoder: Any) -> Any:
    """BERT's relatives carry a layer for the first token's state that mean pooling leaves untrained."""
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None
    return encoder


def _empty(config: Any, kind: str) -> nn.Module:
    """The base without its weights: an encoder with the plain attention that exporters trace exactly."""
    from transformers import AutoModel, AutoModelForCausalLM

    if kind == "encoder":
        return without_pooler(AutoModel.from_config(config, attn_implementation="eager", dtype=torch.float32))  # type: ignore[no-any-return]
    return AutoModelForCausalLM.from_config(config, dtype=torch.float32)  # type: ignore[no-any-return]


def fill(network: nn.Module, weights: dict[str, torch.Tensor]) -> None:
    """Take over the weights; one that was kept once because it is tied to another need not be there again."""
    missing, unknown = network.load_state_dict(weights, strict=False)
    own = network.state_dict()
    places = {own[name].data_ptr() for name in weights if name in own}
    lost = [name for name in missing if own[name].data_ptr() not in places]
    if lost or unknown:
        raise ModelError(f"the weights lack {lost[0]}" if lost else f"the weights hold {unknown[0]}", "a model", AGAIN)


def _weights(network: nn.Module) -> dict[str, torch.Tensor]:
    """All weights as fp32; of those that are one and the same, such as a head tied to its embedding, the first."""
    kept: dict[str, torch.Tensor] = {}
    places = set()
    for name, tensor in network.state_dict().items():
        place = (tensor.data_ptr(), tensor.shape, tensor.stride())
        if tensor.numel() == 0 or place not in places:
            kept[name] = tensor.detach().float().contiguous()
        places.add(place)
    return kept


def _entry(path: Path, folder: Path) -> FileDigest:
    name = path.relative_to(folder).as_posix()
    return FileDigest(name=name, sha256=digests.of_file(path), bytes=path.stat().st_size)


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
