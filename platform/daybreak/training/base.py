"""Where training starts: finds a base model and says exactly which one it is, without loading it."""

from dataclasses import dataclass
from pathlib import Path

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.recipes.params import ModelParams
from daybreak.records import BaseRef

SCRATCH = "scratch"
SHIPPED = "daybreak/"
WEIGHTS = ("model.safetensors", "model-*.safetensors")
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.h5", "*.msgpack")
TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "*.model",
)


@dataclass(frozen=True)
class Place:
    """Folder of a base model's files, and the commit they were taken at ("" where there is none)."""

    folder: Path
    revision: str


def resolve(model: ModelParams) -> BaseRef:
    """Source, revision and SHA-256 of weights and tokenizer ("" for weights from scratch).

    ModelError, within a second where that can be known, for a base that cannot be had or whose weights are pickles.
    """
    place = locate(model)
    if place is None:
        return BaseRef(source=SCRATCH, revision="", weights_sha256="", tokenizer_sha256="")
    weights, tokenizer = _weights(place.folder), _matching(place.folder, TOKENIZER)
    if not (place.folder / "config.json").is_file():
        raise ModelError(f"{place.folder} has no config.json", "a transformers model folder", "Point model.base at one")
    if not tokenizer:
        raise ModelError(
            f"{place.folder} has no tokenizer", "tokenizer.json beside the weights", "Add the tokenizer's files"
        )
    return BaseRef(
        source=model.base,
        revision=place.revision,
        weights_sha256=_digest(weights),
        tokenizer_sha256=_digest(tokenizer),
    )


def locate(model: ModelParams) -> Place | None:
    """The base model's files, downloaded first if they are a Hugging Face id's; None for `scratch`."""
    if model.base == SCRATCH:
        return None
    if model.base.startswith(SHIPPED):
        return Place(_shipped(model.base.removeprefix(SHIPPED)), "")
    folder = Path(model.base).expanduser()
    if folder.is_dir():
        return Place(folder, "")
    if model.base.startswith((".", "~", "/")) or model.base.count("/") > 1:
        raise ModelError(
            f"model.base names the folder {model.base}, which does not exist", "a model folder", "Mend the path"
        )
    from daybreak.training import hub

    return Place(*hub.fetch(model.base, model.revision, (*WEIGHTS, "*.json", *TOKENIZER)))


def _shipped(name: str) -> Path:
    assets = digests.HOUSE / "assets"
    folder = assets / name
    if not (folder / "config.json").is_file():
        shipped = sorted(path.parent.name for path in assets.glob("*/config.json"))
        names = ", ".join(SHIPPED + name for name in shipped) or "a local folder"
        raise ModelError(f"model.base is {SHIPPED}{name}, which does not ship with Daybreak", names, "Mend model.base")
    return folder


def _weights(folder: Path) -> list[Path]:
    found = _matching(folder, WEIGHTS)
    if not found:
        pickled = _matching(folder, PICKLES)
        what = f"{pickled[0].name} only, which may run code when it is read" if pickled else "no weights"
        raise ModelError(f"{folder} holds {what}", "model.safetensors", "Convert the weights with save_pretrained")
    return found


def _matching(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})


def _digest(files: list[Path]) -> str:
    """SHA-256 of a single file as anybody computes it, of several over their names and contents."""
    return digests.of_file(files[0]) if len(files) == 1 else digests.of_files(files, below=files[0].parent)
