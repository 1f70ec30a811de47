"""The files of a project that stand for its data version, and how they are put back when something fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daybreak import digests
from daybreak.data.reading import sources
from daybreak.data.versioning import lockfile, pipeline, tags
from daybreak.data.versioning.tags import DataVersion
from daybreak.errors import Busy, DataError, DaybreakError
from daybreak.records import DatasetRef, Project

SPLITS = ("train", "validation", "test")
SPLIT = "data/split/"
LOCK = "dvc.lock"
SOURCES = sources.FILE.as_posix()
PARAMS = "params.yaml"
OUTPUTS = (*pipeline.STAGES, "quarantine")  # the folders in data/ that stages write
BEFORE = ".before"  # the folder in data/ that keeps them while a preparation runs


def digest(project: Project) -> str:
    """SHA-256 over the split's three files; "" when one is missing."""
    files = [project.data / "split" / f"{name}.parquet" for name in SPLITS]
    return digests.of_files(files, below=project.data / "split") if all(file.is_file() for file in files) else ""


def reference(project: Project, found: DataVersion) -> DatasetRef:
    """A data version that lies prepared in the project's data folder."""
    return DatasetRef(
        project=project.name,
        version=found.version,
        digest=found.digest,
        path=project.data,
        labels=found.labels,
        rows=found.rows,
    )


def content(path: Path) -> bytes | None:
    """A file's bytes, None where there is none."""
    return path.read_bytes() if path.is_file() else None


def put(path: Path, wanted: bytes | None) -> None:
    """Make a file these bytes, None for not there; a reader sees the old or the new ones, never a part."""
    if wanted is None:
        path.unlink(missing_ok=True)
    elif content(path) != wanted:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.tmp")
        try:
            draft.write_bytes(wanted)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def recall_split(project: Project, wait_seconds: float) -> None:
    """Make data/split/, which the next split continues, what dvc.lock says, whatever was done to it since.

    Without a word of dvc.lock it is kept if it is a data version's; else it is what a first preparation left when it
    failed, and goes. So it does where the cache has lost it and there is no remote, as in a new clone of the sample:
    then the next split begins anew. Raises DataError when there is a remote and it does not give it.
    """
    kept = lockfile.keeps(project.root, SPLIT)
    if kept or (kept is None and tags.find_by_digest(project, digest(project))):
        return
    if kept is None or (not _checked_out(project, wait_seconds) and not _fetched(project, wait_seconds)):
        shutil.rmtree(project.root / SPLIT, ignore_errors=True)


def _fetched(project: Project, wait_seconds: float) -> bool:
    if not pipeline.has_remote(project.root):
        return False
    found = f"{SPLIT}, which says where the rows stand, cannot be had"
    remedy = f"Try `dvc pull {SPLIT}` when the remote answers, or remove {LOCK} to begin a new series of splits"
    try:
        pipeline.dvc(project.root, "fetch", SPLIT, wait_seconds=wait_seconds, seconds=pipeline.REMOTE_SECONDS)
    except Busy:
        raise
    except DaybreakError:
        raise DataError(found, "the remote to give what dvc.lock records", remedy) from None
    if not _checked_out(project, wait_seconds):  # dvc calls a remote that does not answer an empty one
        raise DataError(found, "the remote to hold what dvc.lock records", remedy)
    return True


def _checked_out(project: Project, wait_seconds: float) -> bool:
    try:
        pipeline.checkout(project.root, wait_seconds, force=True, target=SPLIT)
    except Busy:
        raise
    except DaybreakError:
        return False
    return True


@contextmanager
def all_or_nothing(project: Project) -> Iterator[None]:
    """When the block raises one of our errors, data/sources.yaml, dvc.lock and the data it stands for are put back.

    Where the data cannot be had back (dvc's cache was emptied), the error says so.
    """
    held = digest(project)
    admitted, locked = (content(project.root / name) for name in (SOURCES, LOCK))
    _link(project)
    try:
        yield
    except Busy:  # whoever holds dvc may be writing dvc.lock and data/: they are not ours to put back
        put(project.root / SOURCES, admitted)
        raise
    except DaybreakError as error:
        try:
            _put_back(project)
            put(project.root / SOURCES, admitted)
            put(project.root / LOCK, locked)
            if locked is not None and not lockfile.is_current(project.root):
                pipeline.checkout(project.root, 0.0, force=True)  # forced: what a failed stage left may go
        except (OSError, DaybreakError):
            pass  # the digest tells whether the data came back
        if not held or digest(project) == held:
            raise
        remedy = f"{error.remedy.rstrip('.')}; the data prepared before could not be put back".removeprefix("; ")
        raise type(error)(error.found, error.expected, remedy) from error
    finally:
        shutil.rmtree(project.data / BEFORE, ignore_errors=True)


def _link(project: Project) -> None:
    """Hard links to what lies prepared, so that putting it back takes no space on a disk that has none left."""
    kept = project.data / BEFORE
    shutil.rmtree(kept, ignore_errors=True)
    try:
        for name in OUTPUTS:
            if (project.data / name).is_dir():
                shutil.copytree(project.data / name, kept / name, copy_function=os.link)
    except OSError:  # a file system without links, or already full: dvc's cache has the data
        shutil.rmtree(kept, ignore_errors=True)


def _put_back(project: Project) -> None:
    """What was linked takes the place of what a stage that failed left, which goes."""
    kept = project.data / BEFORE
    for folder in sorted(kept.iterdir()) if kept.is_dir() else ():
        shutil.rmtree(project.data / folder.name, ignore_errors=True)
        folder.replace(project.data / folder.name)
    shutil.rmtree(project.data / "split.draft", ignore_errors=True)
