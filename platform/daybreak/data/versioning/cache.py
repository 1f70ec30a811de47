"""dvc's cache as files by content: where the outputs of any data version lie, whatever the workspace holds."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from daybreak.data.versioning import pipeline, tags, workspace
from daybreak.errors import DataError, DaybreakError
from daybreak.records import Project

Files = dict[str, Path]  # path in the project, as data/split/test.parquet, to the file with its content


def folder(root: Path, wait_seconds: float = 10.0) -> Path:
    """Where dvc keeps its cache. Raises ProjectError when dvc cannot say."""
    code, lines = pipeline.dvc(root, "cache", "dir", wait_seconds=wait_seconds)
    if code or not lines:
        raise pipeline.explain(lines)
    return Path(lines[-1])


def files_of(project: Project, version: int, wait_seconds: float = 10.0) -> Files:
    """Every output of a data version, fetched from the remote where the cache lacks it; the workspace is not touched.

    Raises DataError, naming the way out, for files that neither the cache nor the remote has.
    """
    tags.find(project, version)
    lock = tags.recorded(project, version, workspace.LOCK)
    place = folder(project.root, wait_seconds)
    try:
        return listed(place, lock)
    except FileNotFoundError:
        _fetch(project, version, wait_seconds)
    try:
        return listed(place, lock)
    except FileNotFoundError as error:
        raise _gone(project, version, str(error)) from None


def complete(project: Project, versions: Iterable[int], wait_seconds: float = 10.0) -> set[int]:
    """Those of the versions whose every output lies in the cache."""
    place = folder(project.root, wait_seconds)
    found = set()
    for version in versions:
        with contextlib.suppress(FileNotFoundError):
            listed(place, tags.recorded(project, version, workspace.LOCK))
            found.add(version)
    return found


def listed(place: Path, lock: bytes) -> Files:
    """The outputs that a dvc.lock names, as files of the cache. Raises FileNotFoundError for one that is not there."""
    found: Files = {}
    for path, digest in outputs(lock).items():
        entry = object_of(place, digest)
        if not entry.is_file():
            raise FileNotFoundError(path)
        if digest.endswith(".dir"):
            members = json.loads(entry.read_text(encoding="utf-8"))
            found |= {f"{path}/{each['relpath']}": object_of(place, each["md5"]) for each in members}
        else:
            found[path] = entry
    for path, file in found.items():
        if not file.is_file():
            raise FileNotFoundError(path)
    return found


def objects(place: Path, lock: bytes) -> set[str]:
    """MD5 digests of all that a dvc.lock refers to; what a folder holds is known only where the cache lists it."""
    found = set(outputs(lock).values())
    lists = [object_of(place, digest) for digest in found if digest.endswith(".dir")]
    there = [json.loads(each.read_text(encoding="utf-8")) for each in lists if each.is_file()]
    return found.union(member["md5"] for members in there for member in members)


def outputs(lock: bytes) -> dict[str, str]:
    """Path and MD5 of every output in a dvc.lock; that of a folder ends in `.dir`."""
    stages: dict[str, Any] = yaml.safe_load(lock)["stages"]
    return {each["path"].rstrip("/"): each["md5"] for stage in stages.values() for each in stage.get("outs", [])}


def object_of(place: Path, digest: str) -> Path:
    """Where dvc 3 keeps content of this MD5."""
    return place / "files" / "md5" / digest[:2] / digest[2:]


def _fetch(project: Project, version: int, wait_seconds: float) -> None:
    if not pipeline.has_remote(project.root):
        raise _gone(project, version, "there is no remote")
    try:
        pipeline.transfer(project.root, "fetch", [tags.name_of(project, version)], wait_seconds=wait_seconds)
    except DaybreakError as error:
        raise _gone(project, version, error.found) from error


def _gone(project: Project, version: int, why: str) -> DataError:
    found = f"dvc's cache lacks files of data version {version} of {project.name} ({why})"
    remedy = "Name the remote that has them with `dvc remote add -d NAME URL`"
    return DataError(found, "the cache of the machine that prepared it, or a remote", remedy)
