"""Tests mirror modules by name, one to one."""

import ast
from pathlib import Path

# Modules whose tests stand elsewhere, with the reason.
ELSEWHERE = {
    "daybreak.cli.base": "what commands share is tested through them, in tests/daybreak/cli/",
    "daybreak.exporting.params": "sections are tested together, by name and message, in tests/daybreak/test_params.py",
    "daybreak.recipes.params": "sections are tested together, by name and message, in tests/daybreak/test_params.py",
    "daybreak.training.params": "sections are tested together, by name and message, in tests/daybreak/test_params.py",
    "daybreak.tuning.params": "sections are tested together, by name and message, in tests/daybreak/test_params.py",
    "daybreak.ledger.migrations.env": "run by every test that opens a ledger; in a context of its own",
    "daybreak.ledger.migrations.versions.initial": "run by every test that opens a ledger",
}
FLOORS = {"daybreak", "tasks", "flows"}


def code_lines(path: Path) -> int:
    """Lines that hold code: no blank ones, no comments, no docstrings."""
    text = path.read_text(encoding="utf-8")
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            docstrings |= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") and number not in docstrings for number, line in lines
    )


def mirror(name: str, path: Path, root: Path) -> Path:
    """Where the test of a module belongs; a room's own `__init__` is tested under the room's name."""
    parts = name.split(".")
    folder = parts if path.name == "__init__.py" else parts[:-1]
    stem = "main" if parts[-1] == "__main__" else parts[-1]
    return root.joinpath("tests", *folder, f"test_{stem}.py")


def untested(sources: dict[str, Path], root: Path, over: int = 15) -> dict[str, str]:
    found = {}
    for name, path in sources.items():
        if name not in ELSEWHERE and code_lines(path) > over and not mirror(name, path, root).is_file():
            found[name] = str(mirror(name, path, root).relative_to(root))
    return found


def test_every_module_has_its_test(root: Path, sources: dict[str, Path]) -> None:
    assert untested(sources, root) == {}


def test_every_test_has_its_module(root: Path, sources: dict[str, Path]) -> None:
    mirrored = {mirror(name, path, root) for name, path in sources.items()}
    tests = {path for floor in FLOORS for path in (root / "tests" / floor).rglob("test_*.py")}
    assert {str(path.relative_to(root)) for path in tests - mirrored} == set()


def test_exceptions_are_still_needed(sources: dict[str, Path]) -> None:
    assert [name for name in ELSEWHERE if name not in sources] == []


def test_an_untested_module_is_seen(tmp_path: Path) -> None:
    module = tmp_path / "platform" / "daybreak" / "attic.py"
    module.parent.mkdir(parents=True)
    module.write_text('"""Attic."""\n# a reason\n\n' + "x = 1\n" * 16, encoding="utf-8")
    assert code_lines(module) == 16
    assert untested({"daybreak.attic": module}, tmp_path) == {"daybreak.attic": "tests/daybreak/test_attic.py"}
