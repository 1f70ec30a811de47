"""A data version of the past in a folder of its own, for who needs its rows again; the workspace stays as it is."""

import shutil
from pathlib import Path

from daybreak import digests
from daybreak.data.versioning import cache, tags
from daybreak.errors import DataError
from daybreak.records import DatasetRef, Project

SPLITS = ("train.parquet", "validation.parquet", "test.parquet")


def take(project: Project, version: int, folder: Path, wait_seconds: float = 10.0) -> DatasetRef:
    """The splits of a data version below `folder`, from the workspace if it holds that version, else from dvc's cache.

    Raises DataError for a version that does not exist, and where its files are neither here nor with the remote.
    """
    wanted, split = tags.find(project, version), folder / "split"
    split.mkdir(parents=True)
    if _digest(project.data / "split") == wanted.digest:
        files = {name: project.data / "split" / name for name in SPLITS}
    else:
        found = cache.files_of(project, version, wait_seconds)
        files = {name: found[f"data/split/{name}"] for name in SPLITS}
    for name, file in files.items():
        shutil.copyfile(file, split / name)
    if (digest := _digest(split)) != wanted.digest:
        came = f"data version {version} of {project.name} came back with SHA-256 {digest[:12]}"
        raise DataError(came, wanted.digest[:12], "Run it again, with the data at rest")
    return DatasetRef(
        project=project.name, version=version, digest=digest, path=folder, labels=wanted.labels, rows=wanted.rows
    )


def _digest(split: Path) -> str:
    """SHA-256 over the splits, as a data version's digest is computed; "" where one is missing."""
    files = [split / name for name in SPLITS]
    return digests.of_files(files, below=split) if all(file.is_file() for file in files) else ""
