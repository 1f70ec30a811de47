"""A data version prepared again from raw files that lost some rows, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import yaml

from daybreak.data import tables
from daybreak.data.reading import sources
from daybreak.data.reading.sources import SHARDS, Batch, Shard, Sources
from daybreak.data.versioning import cache, git, pipeline, tags, workspace
from daybreak.data.versioning.tags import DataVersion
from daybreak.errors import DataError
from daybreak.records import Project

Changed = Mapping[str, Shard]  # SHA-256 of a shard to the one that takes its place


class Rebuilt(NamedTuple):
    """A version without the rows, the commit its tag shall stand on, and dvc.lock before and after."""

    version: DataVersion
    old_lock: bytes
    lock: bytes
    commit: str


def holds(project: Project, version: int, changed: Changed) -> bool:
    """Whether a version was prepared from one of these shards."""
    return any(shard.sha256 in changed for batch in _sources(project, version).batches for shard in batch.shards)


def rebuild(project: Project, found: DataVersion, changed: Changed, wait_seconds: float) -> Rebuilt:
    """Run the version's stages with its own settings on the changed shards, which lie in data/shards/ already.

    Its files land in dvc's cache; workspace and tag are not touched. Raises what the stages raise.
    """
    root, name = project.root, tags.name_of(project, found.version)
    with _exported(project, name, wait_seconds) as copy:
        sources.write_sources(copy.root, replaced(_sources(project, found.version), changed))
        _lay_split(project, found.version, copy, wait_seconds)
        pipeline.repro(copy.root, lambda _share, _stage: None, wait_seconds)
        lock = (copy.root / workspace.LOCK).read_bytes()
        files = {workspace.LOCK: lock, workspace.SOURCES: (copy.root / workspace.SOURCES).read_bytes()}
        digest = workspace.digest(copy)
        facts = tables.read_json(copy.data / "describe" / "report.json")
    old_lock = tags.recorded(project, found.version, workspace.LOCK)
    parent = git.run(root, "rev-parse", f"{name}^{{commit}}^").strip()
    title = f"Data of {project.name}: SHA-256 {digest}"
    commit = tags.commit_files(project, f"{name}^{{commit}}", files, title, parent)
    new = {"digest": digest, "rows": facts["rows"], "labels": tuple(facts["labels"])}
    version = found.model_copy(update={**new, "replaces": (*found.replaces, found.digest)})
    return Rebuilt(version, old_lock, lock, commit)


def _lay_split(project: Project, version: int, copy: Project, wait_seconds: float) -> None:
    """The version's own assignments, so that the rows it keeps stay where they were; none where they cannot be had."""
    with suppress(DataError):
        for path, file in cache.files_of(project, version, wait_seconds).items():
            if path.startswith(workspace.SPLIT):
                workspace.put(copy.root / path, file.read_bytes())


def replaced(found: Sources, changed: Changed) -> Sources:
    """The same batches, with the shards that take the places of these."""
    return found.model_copy(update={"batches": tuple(batch_without(batch, changed) for batch in found.batches)})


def batch_without(batch: Batch, changed: Changed) -> Batch:
    """The same batch, its shards under their own names."""
    shards = tuple(_new(shard, changed.get(shard.sha256)) for shard in batch.shards)
    return batch.model_copy(update={"shards": shards})


def _new(shard: Shard, other: Shard | None) -> Shard:
    return shard if other is None else other.model_copy(update={"name": shard.name})


def _sources(project: Project, version: int) -> Sources:
    return Sources(**yaml.safe_load(tags.recorded(project, version, workspace.SOURCES)))


@contextmanager
def _exported(project: Project, revision: str, wait_seconds: float) -> Iterator[Project]:
    """The whole tree of a revision in a folder of its own, with the project's raw files and dvc's cache."""
    place = cache.folder(project.root, wait_seconds)
    top = Path(git.run(project.root, "rev-parse", "--show-toplevel").rstrip("\n"))
    prefix = git.run(project.root, "rev-parse", "--show-prefix").rstrip("\n")
    with TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        tree = Path(folder) / "tree"
        git.run(top, "read-tree", f"{revision}^{{commit}}", extra=index)
        git.run(top, "checkout-index", "--all", f"--prefix={tree}/", extra=index)
        settings = tree / ".dvc" / "config.local"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(f"[core]\n    no_scm = true\n[cache]\n    dir = {place}\n", encoding="utf-8")
        root = tree / prefix
        (root / SHARDS).parent.mkdir(parents=True, exist_ok=True)
        (root / SHARDS).symlink_to((project.root / SHARDS).resolve(), target_is_directory=True)
        yield Project(name=project.name, root=root)
