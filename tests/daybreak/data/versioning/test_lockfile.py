"""Without dvc the answer is dvc's: every change that dvc would see is seen."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from daybreak.data.versioning import lockfile
from daybreak.records import Project


def append(path: Path, text: str = "\n") -> None:
    path.write_bytes(path.read_bytes() + text.encode())


def set_param(root: Path, section: str, key: str, value: object) -> None:
    params = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    params[section][key] = value
    (root / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


CHANGES: dict[str, Callable[[Path], object]] = {
    "stage code": lambda root: append(root / "platform/daybreak/data/near/similarity.py"),
    "the page's template": lambda root: append(root / "platform/daybreak/data/describing/report.html"),
    "sources": lambda root: append(root / "data/sources.yaml"),
    "an output altered": lambda root: append(root / "data/split/test.parquet"),
    "an output missing": lambda root: (root / "data/quarantine/clean.parquet").unlink(),
    "a file more": lambda root: (root / "data/split/more.parquet").write_bytes(b""),
    "a param": lambda root: set_param(root, "split", "seed", 18),
    "a param more": lambda root: set_param(root, "describe", "more", 1),
    "a command": lambda root: (root / "dvc.yaml").write_text(
        (root / "dvc.yaml").read_text(encoding="utf-8").replace("python -m daybreak.data.clean", "python -m clean")
    ),
    "a dependency more": lambda root: (root / "dvc.yaml").write_text(
        (root / "dvc.yaml").read_text(encoding="utf-8").replace("      - data/sources.yaml", "      - rows.csv", 1)
    ),
    "no lock": lambda root: (root / "dvc.lock").unlink(),
    "no params": lambda root: (root / "params.yaml").unlink(),
    "a broken lock": lambda root: append(root / "dvc.lock", "\n: ["),
}


def test_what_was_just_prepared_is_current(prepared: Project) -> None:
    assert lockfile.is_current(prepared.root)


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_seen(prepared: Project, change: str) -> None:
    CHANGES[change](prepared.root)
    assert not lockfile.is_current(prepared.root)


def test_what_dvc_looks_away_from_does_not_matter(prepared: Project) -> None:
    """Python leaves compiled modules in a folder of code, which then is what it was to dvc."""
    compiled = prepared.root / "platform/daybreak/data/describing/__pycache__/charts.cpython-311.pyc"
    compiled.parent.mkdir(exist_ok=True)
    compiled.write_bytes(b"compiled")
    assert lockfile.is_current(prepared.root)


def test_what_no_stage_reads_does_not_matter(prepared: Project) -> None:
    (prepared.root / "notes.txt").write_text("x", encoding="utf-8")
    params = yaml.safe_load((prepared.root / "params.yaml").read_text(encoding="utf-8"))
    text = yaml.safe_dump({**params, "training": {"epochs": 1.0}})
    (prepared.root / "params.yaml").write_text(text, encoding="utf-8")
    assert lockfile.is_current(prepared.root)


def test_an_output_is_asked_about_by_itself(prepared: Project) -> None:
    assert lockfile.keeps(prepared.root, "data/split/") is True
    (prepared.data / "split/test.parquet").unlink()
    assert lockfile.keeps(prepared.root, "data/split/") is False
    assert lockfile.keeps(prepared.root, "data/clean/") is True
    assert lockfile.keeps(prepared.root, "data/other/") is None
    (prepared.root / "dvc.lock").write_text("stages: 3\n", encoding="utf-8")
    assert lockfile.keeps(prepared.root, "data/split/") is None


def test_a_folder_without_a_project_is_not_current(tmp_path: Path) -> None:
    assert not lockfile.is_current(tmp_path)
