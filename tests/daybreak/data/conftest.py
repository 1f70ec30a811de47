"""What the tests of the data room share: rows as frames, and one project that dvc prepared."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import make_project, make_rows, write_csv

from daybreak.data import tables
from daybreak.data.versioning import versions
from daybreak.records import Project

Rows = list[tuple[str, str]]


@pytest.fixture
def cleaned(tmp_path: Path) -> Callable[..., Path]:
    """Writes (text, label) rows as stage clean would leave them; returns the project's root."""
    import pandas as pd

    from daybreak.data.clean import identity
    from daybreak.data.ingest import row_id

    def write(rows: Rows, train_only: tuple[str, ...] = ()) -> Path:
        frame = pd.DataFrame(
            [(row_id(text, label), text, label, "rows.csv", text in train_only) for text, label in rows],
            columns=["id", "text", "label", "source", "train_only"],
        )
        named = frame.assign(identity=frame["text"].map(identity))
        tables.write(named, tmp_path / "data/clean/rows.parquet", tables.CLEANED)
        return tmp_path

    return write


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = make_project(tmp_path_factory.mktemp("prepared") / "checkout", rows=120)
    versions.prepare(made)
    return made


@pytest.fixture
def prepared(_prepared: Project, tmp_path: Path) -> Project:
    """A copy of a small project that was prepared by dvc and has version 1."""
    shutil.copytree(_prepared.root, tmp_path / "checkout", symlinks=True)
    return Project(name="sample", root=tmp_path / "checkout")


@pytest.fixture
def records() -> Callable[[Path], list[dict[str, Any]]]:
    """Reads a Parquet file as a list of rows."""
    return lambda path: [{str(k): v for k, v in row.items()} for row in tables.read(path).to_dict("records")]


@pytest.fixture(scope="session")
def _grown(_prepared: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("grown") / "checkout"
    shutil.copytree(_prepared.root, root, symlinks=True)
    made = Project(name="sample", root=root)
    for count in (180, 240):
        write_csv(root / "rows.csv", make_rows(count))
        versions.prepare(made)
    return made


@pytest.fixture
def grown(_grown: Project, tmp_path: Path) -> Project:
    """A copy of a project after three nights with growing data: versions 1, 2 and 3; version 3 is there."""
    shutil.copytree(_grown.root, tmp_path / "grown", symlinks=True)
    return Project(name="sample", root=tmp_path / "grown")
