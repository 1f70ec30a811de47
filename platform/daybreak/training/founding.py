"""An encoder of a project's own: laid out from its texts before it is trained, and published afterwards."""

from collections.abc import Mapping
from pathlib import Path

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.recipes.params import ModelParams
from daybreak.records import ArtifactRef, BaseRef, DatasetRef, FileDigest, ModelRef
from daybreak.training import foundation, loop, pretrain
from daybreak.training.bases import base
from daybreak.training.feeding import tokens
from daybreak.training.foundation import Sizes
from daybreak.training.params import TrainingParams

KEYS = {
    "vocab_size": "vocabulary",
    "hidden_size": "width",
    "num_hidden_layers": "layers",
    "num_attention_heads": "heads",
    "max_position_embeddings": "max_length",
}
"""Of `model.config`, and what they are called here."""
TOO_SMALL = "vocabulary is not large enough"  # as the tokenizer's trainer says it, in an error of no kind
HEAD = 64
"""Width of an attention head where `model.config` names no number of them."""


def lay(dataset: DatasetRef, model: ModelParams, training: TrainingParams, folder: Path) -> BaseRef:
    """Write tokenizer and untrained encoder, learned from the training rows and sized by `model.config`, to `folder`.

    ModelError for a key or a size that such an encoder cannot have, and for a vocabulary that the texts do not fit in.
    """
    asked = sizes(model, training)
    try:
        foundation.lay(list(tokens.read(dataset.split("train")).texts), asked, folder, training.seed)
    except Exception as error:
        if TOO_SMALL not in str(error):
            raise
        found = f"model.config.vocab_size is {asked.vocabulary}, and the texts have more characters than that"
        raise ModelError(found, "a piece for each character at least", "Raise model.config.vocab_size") from None
    return base.resolve(ModelParams(recipe=model.recipe, base=str(folder)))


def sizes(model: ModelParams, training: TrainingParams) -> Sizes:
    """The sizes that `model.config` asks for; as long as `training.max_length` if it says nothing of it."""
    for key in model.config:
        if key not in KEYS:
            raise ModelError(f"model.config.{key} is not a size of a new encoder", ", ".join(KEYS), "Mend model.config")
    asked = _whole({"max_position_embeddings": training.max_length, **model.config})
    found = Sizes(**asked)
    if "heads" not in asked:
        found = Sizes(**asked, heads=max(1, found.width // HEAD))
    if found.width % found.heads:
        words = f"model.config asks for {found.width} units in {found.heads} attention heads"
        raise ModelError(words, "a width that the heads divide", "Mend model.config")
    return found


def publish(trained: ModelRef, name: str, training: TrainingParams, dataset: DatasetRef, folder: Path) -> ArtifactRef:
    """Write the trained encoder alone, in half precision, with tokenizer, history and card: a base for `model.base`.

    What differs between two like trainings, such as timings, lies in the folder and not in its digest.
    """
    plan = pretrain.Plan(
        name=name,
        epochs=training.epochs,
        batch_size=training.batch_size,
        learning_rate=training.learning_rate,
        seed=trained.seed,
        threads=training.threads,
        sizes=foundation.sizes_of(trained.path / "config.json"),
        recipe=trained.recipe,
    )
    pretrain.publish(trained, plan, dataset.model_copy(update={"rows": _counts(dataset)}), folder)
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name != loop.HISTORY)
    files = tuple(FileDigest(name=path.name, sha256=digests.of_file(path), bytes=path.stat().st_size) for path in paths)
    return ArtifactRef(
        path=folder,
        kind="encoder",
        sha256=digests.of_value({file.name: file.sha256 for file in files}),
        bytes=sum(file.bytes for file in files),
        files=files,
    )


def _counts(dataset: DatasetRef) -> dict[str, int]:
    import pyarrow.parquet as pq

    return {name: pq.read_metadata(dataset.split(name)).num_rows for name in ("train", "validation")}


def _whole(config: Mapping[str, int | float | str]) -> dict[str, int]:
    for key, value in config.items():
        if not isinstance(value, int) or value < 1:
            raise ModelError(f"model.config.{key} is {value!r}", "a whole number of at least 1", "Mend model.config")
    return {KEYS[key]: int(value) for key, value in config.items()}
