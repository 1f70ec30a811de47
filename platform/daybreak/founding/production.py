"""A model that is in production, as an artifact of ours: one that is already, or a classifier of transformers."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak import digests, inference
from daybreak.errors import ModelError
from daybreak.records import ArtifactRef, BaseRef, FileDigest, ModelRef

if TYPE_CHECKING:
    from torch import nn

EXPECTED = "a folder with model.onnx, tokenizer.json, labels.json and manifest.json, or one of save_pretrained"
KINDS = ("onnx-fp32", "onnx-fp16", "onnx-int8")
LONGEST = 512
"""Tokens; a tokenizer that names no limit of its own is cut there."""


def bring(folder: Path, recipe: str, texts: Sequence[str], target: Path) -> ArtifactRef:
    """Copy an artifact, or export a sequence classifier as fp32, into the new folder `target`.

    `texts` (at least two) are rows that the exported model must answer as torch does. Raises ModelError for a folder
    that is neither, for weights that are pickles, and for a model without a head that was trained.
    """
    if (folder / inference.MANIFEST).is_file() and (folder / inference.MODEL).is_file():
        inference.verify(folder)
        shutil.copytree(folder, target)
        return _reference(target)
    if (folder / "config.json").is_file():
        return _export(folder, recipe, texts, target)
    found = f"{folder} is no model" if folder.is_dir() else f"there is no folder {folder}"
    raise ModelError(found, EXPECTED, "Point --from-model at one")


def _reference(folder: Path) -> ArtifactRef:
    kind = inference.verify(folder).get("kind")
    if kind not in KINDS:
        raise ModelError(f"the artifact {folder} is of kind {kind!r}", f"one of {', '.join(KINDS)}", "Export it again")
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    files = tuple(FileDigest(name=path.name, sha256=digests.of_file(path), bytes=path.stat().st_size) for path in paths)
    return ArtifactRef(
        path=folder,
        kind=kind,
        sha256=inference.digest(folder),
        bytes=sum(file.bytes for file in files),
        files=files,
    )


def _export(folder: Path, recipe: str, texts: Sequence[str], target: Path) -> ArtifactRef:
    """fp32 only: the model is measured as it is, not as quantisation would leave it."""
    from daybreak.exporting import artifact, encoder
    from daybreak.exporting.params import ExportingParams
    from daybreak.exporting.source import CHECKED_ROWS, Source

    network = _load(folder)
    ref, description = _describe(folder, network.model.config, recipe, target.with_suffix(".source"))
    try:
        source = Source(ref, network, tuple(texts[:CHECKED_ROWS]), description)
        exported = artifact.finish(target, "onnx-fp32", source, encoder.write(source, ExportingParams(), target))
        encoder.check_answers(source, exported)
        return exported
    finally:
        shutil.rmtree(ref.path)


def _load(folder: Path) -> Any:
    """The classifier in evaluation mode, in fp32, with the plain attention that exporters trace exactly."""
    import torch
    from transformers import AutoModelForSequenceClassification

    from daybreak.training.bases.silence import quiet

    options = {
        "local_files_only": True,
        "trust_remote_code": False,
        "use_safetensors": True,
        "attn_implementation": "eager",
        "dtype": torch.float32,
    }
    try:
        with quiet():
            model, told = AutoModelForSequenceClassification.from_pretrained(
                folder, output_loading_info=True, **options
            )
    except Exception as error:  # transformers, safetensors and torch each raise their own
        reason = " ".join(str(error).split())[:200]
        remedy = "Save it with save_pretrained, as safetensors"
        raise ModelError(f"the model in {folder} cannot be loaded: {reason}", "a classifier", remedy) from None
    if missing := sorted(told["missing_keys"]):
        found = f"the model in {folder} has no trained {missing[0]}"
        raise ModelError(found, "a sequence classifier with its head", "Point --from-model at the model that serves")
    if model.config.num_labels < 2:
        raise ModelError(f"the model in {folder} answers {model.config.num_labels} number", "two labels or more")
    return _logits_only(model.eval())


def _logits_only(model: Any) -> "nn.Module":
    from torch import Tensor, nn

    class Logits(nn.Module):
        """`(input_ids, attention_mask) -> logits`, as our recipes' networks answer."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            logits: Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
            return logits

    return Logits().eval()


def _describe(folder: Path, config: Any, recipe: str, aside: Path) -> tuple[ModelRef, dict[str, Any]]:
    """The model as a reference, with a plain tokenizer.json beside it in `aside`, and what goes into labels.json."""
    from daybreak.training.bases import pretrained, tokenizer

    loaded = tokenizer.load(folder)
    labels = tuple(str(config.id2label[place]) for place in range(config.num_labels))
    limits = (LONGEST, loaded.model_max_length, pretrained.positions(config) or LONGEST)
    pad_id = loaded.pad_token_id if loaded.pad_token_id is not None else config.pad_token_id or 0
    description = {"recipe": recipe, "labels": list(labels), "max_length": int(min(limits)), "pad_id": int(pad_id)}
    weights = sorted(folder.glob("*.safetensors"))
    aside.mkdir(parents=True)
    loaded.backend_tokenizer.save(str(aside / inference.TOKENIZER))
    (aside / "recipe.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
    sha256 = digests.of_files(weights, below=folder)
    base = BaseRef(source=str(folder), revision="", weights_sha256=sha256, tokenizer_sha256="")
    ref = ModelRef(path=aside, recipe=recipe, labels=labels, sha256=sha256, base=base, seed=0, metrics={})
    return ref, description
