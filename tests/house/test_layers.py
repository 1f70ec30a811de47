"""The import rules of pyproject.toml hold, each third party has one door, and nobody walks around them by name."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def lint(root: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [command, "--no-cache", "--no-logo", *args], cwd=root, capture_output=True, text=True, encoding="utf-8"
    )


def environment_reads(tree: ast.Module) -> list[int]:
    """Lines that touch os.environ or one of its functions."""
    names = {"environ", "environb", "getenv", "putenv", "unsetenv"}
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in names]
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "os"]
    return [
        *[node.lineno for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "os"],
        *[node.lineno for node in imports if names & {alias.name for alias in node.names}],
    ]


def names_of_upper_floors(tree: ast.Module) -> list[str]:
    """Text such as `flows.retrain`, by which an import could be hidden from the linter."""
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if text.startswith(("flows.", "tasks.")) and " " not in text]


def test_the_import_rules_hold(root: Path) -> None:
    done = lint(root)
    assert done.returncode == 0, done.stdout


def test_a_planted_import_breaks_them(root: Path, tmp_path: Path) -> None:
    shutil.copytree(
        root / "platform" / "daybreak", tmp_path / "daybreak", ignore=shutil.ignore_patterns("assets", "__pycache__")
    )
    for floor in ("tasks", "flows"):
        shutil.copytree(root / floor, tmp_path / floor, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    errors = tmp_path / "daybreak" / "errors.py"
    errors.write_text(
        errors.read_text(encoding="utf-8") + "\n\ndef plant():\n    import prefect, tasks, daybreak.records\n",
        encoding="utf-8",
    )
    command = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", command],
        cwd=tmp_path,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert done.returncode == 1
    assert len(broken) >= 3, done.stdout


def test_only_settings_knows_the_environment(sources: dict[str, Path]) -> None:
    guilty = {
        f"{path.name}:{line}"
        for name, path in sources.items()
        if name != "daybreak.settings"
        for line in environment_reads(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert guilty == set()


@pytest.mark.parametrize(
    "text", ["import os\nos.environ['A']", "from os import getenv", "import os\nx = os.getenv('A')"]
)
def test_reading_the_environment_is_seen(text: str) -> None:
    assert environment_reads(ast.parse(text))


def test_no_room_reaches_the_upper_floors_by_name(rooms: dict[str, Path]) -> None:
    found = {name: names_of_upper_floors(ast.parse(path.read_text(encoding="utf-8"))) for name, path in rooms.items()}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_a_hidden_import_is_seen() -> None:
    assert names_of_upper_floors(ast.parse("import_module('flows.retrain_and_release')")) == [
        "flows.retrain_and_release"
    ]
