"""Content-addressed steps: the same inputs are never worked on twice, and a plan can say why a step runs again."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from daybreak import digests
from daybreak.errors import StepFailed, no_space
from daybreak.records import Record

T = TypeVar("T", bound=Record)

MANIFEST = "manifest.step.json"
CACHE = "cache"  # beside the steps: what several of them share


@dataclass(frozen=True)
class Step(Generic[T]):
    """Work done once per content. `inputs` maps what it depends on, in words, to a digest; `work` fills a folder."""

    name: str
    inputs: Mapping[str, str]
    result: type[T]
    work: Callable[[Path], T]

    @property
    def key(self) -> str:
        """SHA-256 over the inputs, cut to 20 hexadecimal digits (a folder name people can read out)."""
        return digests.of_value(dict(self.inputs))[:20]


@dataclass(frozen=True)
class Done(Generic[T]):
    """A step's value, when it was done (seconds since the epoch), and the seconds its work took then."""

    value: T
    at: float
    seconds: float


@dataclass(frozen=True)
class Store:
    """Folders of finished steps: `<root>/<step>/<key>/`, complete once the manifest, written last, is there."""

    root: Path

    def folder(self, step: Step[T]) -> Path:
        return self.root / step.name / step.key

    def find(self, step: Step[T]) -> Done[T] | None:
        """The finished step, or None; a folder with a file missing or cut short counts as unfinished."""
        manifest = _read(self.folder(step))
        if manifest is None or not _intact(self.folder(step), manifest["files"]):
            return None
        return Done(step.result.model_validate(manifest["result"]), manifest["at"], manifest["seconds"])

    def run(self, step: Step[T]) -> Done[T]:
        """Reuse the step or do its work; an interrupted attempt's leftovers are swept away first.

        Raises what the work raises, and StepFailed when the disk is full.
        """
        if found := self.find(step):
            return found
        try:
            return self._do(step)
        except Exception as error:
            if not no_space(error):
                raise
            shutil.rmtree(self.folder(step), ignore_errors=True)  # half a model helps nobody to make room
            remedy = "Free some and run again: what was done is kept"
            raise StepFailed(f"{step.name}: the disk is full", f"free space for {self.root}", remedy) from error

    def _do(self, step: Step[T]) -> Done[T]:
        folder = self.folder(step)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        began = time.monotonic()
        value = step.work(folder)
        done = Done(value, time.time(), round(time.monotonic() - began, 3))
        _write(folder, step, done)
        return done

    def why(self, step: Step[T]) -> str:
        """Why the step must run: which inputs differ from the last time it finished."""
        last = self.last(step.name)
        if last is None:
            return "never done before"
        changed = [name for name, digest in step.inputs.items() if last["inputs"].get(name) != digest]
        return "changed: " + ", ".join(changed) if changed else "its files are gone"

    def folders(self) -> Iterator[tuple[Path, dict[str, Any] | None]]:
        """Every step's folder with its manifest, None for one that was never finished."""
        for folder in self.root.glob("*/*"):
            if folder.parent.name != CACHE:
                yield folder, _read(folder)

    def last(self, name: str) -> dict[str, Any] | None:
        """Manifest of the newest finished step of that name."""
        found = [manifest for folder in (self.root / name).glob("*") if (manifest := _read(folder))]
        return max(found, key=lambda manifest: float(manifest["at"]), default=None)


def _read(folder: Path) -> dict[str, Any] | None:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None
    return manifest


def _write(folder: Path, step: Step[T], done: Done[T]) -> None:
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    manifest = {
        "name": step.name,
        "key": step.key,
        "inputs": dict(step.inputs),
        "result": done.value.model_dump(mode="json"),
        "seconds": done.seconds,
        "files": files,
        "at": done.at,
    }
    aside = folder / f"{MANIFEST}.partial"
    aside.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    aside.replace(folder / MANIFEST)


def _intact(folder: Path, files: Mapping[str, int]) -> bool:
    return all((folder / name).is_file() and (folder / name).stat().st_size == size for name, size in files.items())
