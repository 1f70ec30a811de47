"""Whether a project's data is what dvc.lock says, known in milliseconds and without starting dvc."""

import hashlib
import json
from collections.abc import Callable
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
        digest = _digests(root)
        return set(wanted) == set(recorded) and all(
            _stage_is_current(root, wanted[name], recorded[name], digest) for name in wanted
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
    return _digests(root)(path) == recorded[path] if path in recorded else None


def _stage_is_current(
    root: Path, wanted: dict[str, Any], recorded: dict[str, Any], digest: Callable[[str], str | None]
) -> bool:
    if wanted["cmd"] != recorded["cmd"] or not _params_are_current(root, wanted.get("params", []), recorded):
        return False
    for kind in ("deps", "outs"):
        entries = recorded.get(kind, [])
        if sorted(map(_path, wanted.get(kind, []))) != sorted(entry["path"] for entry in entries):
            return False
        if any(digest(entry["path"]) != entry["md5"] for entry in entries):
            return False
    return True


def _path(entry: str | dict[str, Any]) -> str:
    """A dependency or output as dvc.yaml names it: a path, or a path with settings of its own."""
    return entry if isinstance(entry, str) else next(iter(entry))


def _params_are_current(root: Path, wanted: list[str], recorded: dict[str, Any]) -> bool:
    known = recorded.get("params", {}).get("params.yaml", {})
    now = _load(root / "params.yaml")
    return sorted(wanted) == sorted(known) and all(name in now and now[name] == known[name] for name in wanted)


def _digests(root: Path) -> Callable[[str], str | None]:
    """MD5 as dvc computes it: of a file's bytes, or of the list of a folder's files; None when there is nothing."""
    seen: dict[str, str | None] = {}
    ignored = _ignored(root)

    def digest(path: str) -> str | None:
        if path not in seen:
            seen[path] = _md5_of_place(root / path, ignored)
        return seen[path]

    return digest


def _ignored(root: Path) -> Callable[[Path], bool]:
    """Whether dvc looks away from a file: what the .dvcignore beside the repository's .dvc names, such as caches."""
    from pathspec import GitIgnoreSpec

    top = next((place for place in (root, *root.parents) if (place / ".dvc").is_dir()), root).resolve()
    listed = top / ".dvcignore"
    spec = GitIgnoreSpec.from_lines(listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else [])

    def ignored(file: Path) -> bool:
        found = file.resolve()
        return found.is_relative_to(top) and spec.match_file(found.relative_to(top))

    return ignored


def _md5_of_place(place: Path, ignored: Callable[[Path], bool]) -> str | None:
    if place.is_dir():
        files = [file for file in place.rglob("*") if file.is_file() and not ignored(file)]
        entries = [{"md5": _md5(file), "relpath": file.relative_to(place).as_posix()} for file in files]
        listing = json.dumps(sorted(entries, key=lambda entry: entry["relpath"]), sort_keys=True)
        return hashlib.md5(listing.encode(), usedforsecurity=False).hexdigest() + ".dir"
    return _md5(place) if place.is_file() else None


def _md5(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506 - a safe loader, in C where there is one
