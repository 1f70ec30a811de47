"""dvc.yaml names everything a stage depends on, and its commands find their Python anywhere."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from making import CHECKOUT

ROOM = CHECKOUT / "platform/daybreak/data"
STAGES: dict[str, Any] = yaml.safe_load((CHECKOUT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
DATA = "daybreak.data"


def imported_by(module: str) -> set[str]:
    """Modules of the data room that one imports, in functions too, but not those that annotations name."""
    path = ROOM.joinpath(*module.split("."))
    tree = ast.parse((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{DATA}."):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith(f"{DATA}.")}
    return {name for full in found if (name := module_of(full.removeprefix(f"{DATA}.")))}


def module_of(name: str) -> str:
    """The module that `room.module.name` or `room.module` stands in."""
    path = ROOM.joinpath(*name.split("."))
    return name if path.is_dir() or path.with_suffix(".py").is_file() else name.rpartition(".")[0]


def closure(module: str) -> set[str]:
    found, left = {module}, [module]
    while left:
        more = imported_by(left.pop()) - found
        found |= more
        left += more
    return found


def dependency(module: str) -> str:
    """The room of a module, or the module where it stands in none."""
    top = module.split(".", maxsplit=1)[0]
    return f"platform/daybreak/data/{top}{'/' if (ROOM / top).is_dir() else '.py'}"


@pytest.mark.parametrize("stage", STAGES)
def test_dependencies_cover_every_module_of_the_room(stage: str) -> None:
    code = {dependency(module) for module in closure(stage)}
    named = {path for path in STAGES[stage]["deps"] if path.startswith("platform/")}
    assert named == code


def test_raw_data_comes_in_through_one_file() -> None:
    data = [path for path in STAGES["ingest"]["deps"] if path.startswith("data/")]
    assert data == ["data/sources.yaml"]


def test_the_split_sees_a_change_of_what_augmentation_reads() -> None:
    assert "data/sources.yaml" in STAGES["split"]["deps"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_reads_only_what_earlier_stages_wrote(stage: str) -> None:
    earlier = list(STAGES)[: list(STAGES).index(stage)]
    written = {
        "data/sources.yaml",
        *(next(iter([out] if isinstance(out, str) else out)) for name in earlier for out in STAGES[name]["outs"]),
    }
    assert {path for path in STAGES[stage]["deps"] if path.startswith("data/")} <= written


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_runs_its_module_with_its_section(stage: str) -> None:
    assert STAGES[stage]["cmd"] == f"infra/python -m daybreak.data.{stage}"
    assert STAGES[stage]["params"] == [stage]


def test_dvc_neither_stages_nor_calls_home() -> None:
    config = (CHECKOUT / ".dvc/config").read_text(encoding="utf-8")
    assert "analytics = false" in config
    assert "autostage = false" in config


def launch(launcher: Path, cwd: Path, **variables: str) -> str:
    command = [str(launcher), "-c", "import sys, os; print(sys.executable, sys.dont_write_bytecode, os.getcwd())"]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", **variables}
    return subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True, encoding="utf-8").stdout


def test_the_launcher_takes_the_python_it_is_given(tmp_path: Path) -> None:
    told = launch(CHECKOUT / "infra/python", tmp_path, DAYBREAK_PYTHON=sys.executable)
    assert told.split() == [sys.executable, "True", str(tmp_path)]


def test_the_launcher_finds_the_environment_of_its_own_checkout(tmp_path: Path) -> None:
    launcher = tmp_path / "check out/infra/python"
    python = tmp_path / "check out/.venv/bin/python"
    for path in (launcher, python):
        path.parent.mkdir(parents=True)
    launcher.write_bytes((CHECKOUT / "infra/python").read_bytes())
    python.write_text('#!/bin/sh\necho "the checkout\'s own" "$@"\n', encoding="utf-8")
    for path in (launcher, python):
        path.chmod(0o755)
    assert launch(launcher, Path("/")).startswith("the checkout's own -c")


def test_the_launcher_is_executable() -> None:
    assert os.access(CHECKOUT / "infra/python", os.X_OK)
