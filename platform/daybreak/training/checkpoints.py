"""Where a training is, on disk: written aside and renamed, the manifest last, so that what is there is whole."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from daybreak import digests
from daybreak.training.fitting import State

FACTS, MANIFEST = "facts.json", "manifest.json"
PREFIX = "step-"


def write(folder: Path, number: int, state: State) -> Path:
    """Write a checkpoint `step-<number>` in the folder; one that is there already is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    place = place_at(folder, number)
    aside = Path(tempfile.mkdtemp(prefix="aside-", dir=folder))
    try:
        for name, tensors in state.tensors.items():
            save_file({key: value.contiguous() for key, value in tensors.items()}, aside / f"{name}.safetensors")
        _write(aside / FACTS, state.facts)
        _write(aside / MANIFEST, {path.name: digests.of_file(path) for path in sorted(aside.iterdir())})
        shutil.rmtree(place, ignore_errors=True)
        aside.rename(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return place


def place_at(folder: Path, number: int) -> Path:
    """Where the checkpoint behind step `number` lies, or would."""
    return folder / f"{PREFIX}{number:09d}"


def newest(folder: Path, tell: Callable[[str], None]) -> State | None:
    """The last checkpoint that is whole, None if there is none; of each damaged one that is passed over, `tell`."""
    for place in sorted(folder.glob(f"{PREFIX}*"), reverse=True):
        if (state := _read(place)) is not None:
            return state
        tell(f"the checkpoint {place.name} is damaged and was passed over")
    return None


def prune(folder: Path, keep: int) -> None:
    """Remove all but the last so many, and what a killed training left aside."""
    for place in (*sorted(folder.glob(f"{PREFIX}*"))[:-keep], *folder.glob("aside-*")):
        shutil.rmtree(place, ignore_errors=True)


def _read(place: Path) -> State | None:
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if any(digests.of_file(place / name) != digest for name, digest in manifest.items()):
            return None
        facts = json.loads((place / FACTS).read_text(encoding="utf-8"))
        return State({path.stem: load_file(path) for path in sorted(place.glob("*.safetensors"))}, facts)
    except (OSError, ValueError, AttributeError):
        return None


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
