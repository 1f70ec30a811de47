"""Whether a project's data is what dvc.lock says, known in milliseconds and without starting dvc."""

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def is_current(root: Path) -> bool:
    """Whether `dvc status` would be clean: every stage's command, params, dependencies and outputs are those recorded.

    Where in doubt (templates, unreadable files) the answer is no: asking dvc is then the way to know.
    """
    try:
        wanted = _load(root / "dvc.yaml")["stages"]
        recorded = _load(root / "dvc.lock")["stages"]
        seen: dict[str, str | None] = {}
        return set(wanted) == set(recorded) and all(
            _stage_is_current(root, wanted[name], recorded[name], seen) for name in wanted
        )
    except (OSError, KeyError, TypeError, AttributeError, yaml.YAMLError, UnicodeDecodeError):
        return False


def keeps(root: Path, path: str) -> bool | None:
    """Whether an output is what dvc.lock says of it; None where dvc.lock knows no such output, or cannot be read."""
    try:
        stages = _load(root / "dvc.lock")["stages"].values()
        recorded = {entry["path"]: entry["md5"] for stage in stages for entry in stage.get("outs", [])}
    except (OSError, KeyError, TypeError, AttributeError, yaml.YAMLError, UnicodeDecodeError):
        return None
    return _digest(root, path, {}) == recorded[path] if path in recorded else None


def _stage_is_current(
    root: Path, wanted: dict[str, Any], recorded: dict[str, Any], seen: dict[str, str | None]
) -> bool:
    if wanted["cmd"] != recorded["cmd"] or not _params_are_current(root, wanted.get("params", []), recorded):
        return False
    for kind in ("deps", "outs"):
        entries = recorded.get(kind, [])
        if sorted(map(_path, wanted.get(kind, []))) != sorted(entry["path"] for entry in entries):
            return False
        if any(_digest(root, entry["path"], seen) != entry["md5"] for entry in entries):
            return False
    return True


def _path(entry: str | dict[str, Any]) -> str:
    """A dependency or output as dvc.yaml names it: a path, or a path with settings of its own."""
    return entry if isinstance(entry, str) else next(iter(entry))


def _params_are_current(root: Path, wanted: list[str], recorded: dict[str, Any]) -> bool:
    known = recorded.get("params", {}).get("params.yaml", {})
    now = _load(root / "params.yaml")
    return sorted(wanted) == sorted(known) and all(name in now and now[name] == known[name] for name in wanted)


def _digest(root: Path, path: str, seen: dict[str, str | None]) -> str | None:
    """MD5 as dvc computes it: of a file's bytes, or of the list of a folder's files; None when there is nothing."""
    if path not in seen:
        seen[path] = _md5_of_place(root / path)
    return seen[path]


def _md5_of_place(place: Path) -> str | None:
    if place.is_dir():
        files = [file for file in place.rglob("*") if file.is_file()]
        entries = [{"md5": _md5(file), "relpath": file.relative_to(place).as_posix()} for file in files]
        listing = json.dumps(sorted(entries, key=lambda entry: entry["relpath"]), sort_keys=True)
        return hashlib.md5(listing.encode(), usedforsecurity=False).hexdigest() + ".dir"
    return _md5(place) if place.is_file() else None


def _md5(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506 - a safe loader, in C where there is one
