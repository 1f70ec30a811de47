"""Folders, names and sizes: the shape of the house holds."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

FORBIDDEN = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?)(_|$)|^new_|_v\d+$", re.IGNORECASE)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def read(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Name and length in lines of every function, from `def` to its last line."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def says_its_job(docstring: str | None) -> bool:
    """The first line is a sentence, and stands alone."""
    lines = (docstring or "").splitlines()
    return bool(lines) and lines[0].endswith(".") and (len(lines) == 1 or not lines[1].strip())


def named_badly(path: Path) -> list[str]:
    """Names of the file, its functions and its classes that say nothing."""
    defined = [node.name for node in ast.walk(read(path)) if isinstance(node, Function | ast.ClassDef)]
    return [name for name in (path.stem, *defined) if FORBIDDEN.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))]


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def every_test(root: Path) -> list[Path]:
    return sorted((root / "tests").rglob("*.py"))


def test_platform_is_a_source_root_and_never_a_package(root: Path) -> None:
    assert not (root / "platform" / "__init__.py").exists()


def test_python_still_finds_its_own_platform_from_the_root(root: Path) -> None:
    command = [sys.executable, "-c", "import platform; print(platform.system(), platform.__file__)"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0]
    assert not done.stdout.split(maxsplit=1)[1].startswith(str(root / "platform"))


def test_tests_are_no_packages(root: Path) -> None:
    assert [path for path in every_test(root) if path.name == "__init__.py"] == []


def test_every_module_says_its_job_in_one_line(root: Path, sources: dict[str, Path]) -> None:
    silent = [
        path for path in (*sources.values(), *every_test(root)) if not says_its_job(ast.get_docstring(read(path)))
    ]
    assert silent == []


@pytest.mark.parametrize("docstring", [None, "", "no full stop", "Two lines\nin one sentence.", "A sentence.\nNo gap."])
def test_a_silent_module_is_seen(docstring: str | None) -> None:
    assert not says_its_job(docstring)


def test_files_stay_small(root: Path, sources: dict[str, Path]) -> None:
    long = {
        str(path.relative_to(root)): length(path)
        for path in (*sources.values(), *every_test(root))
        if length(path) > 400
    }
    assert long == {}
    assert median(length(path) for path in sources.values()) <= 120


def test_functions_stay_small(root: Path, sources: dict[str, Path]) -> None:
    sizes = [
        (f"{name}.{function}", lines) for name, path in sources.items() for function, lines in functions(read(path))
    ]
    assert [(name, lines) for name, lines in sizes if lines > 60] == []
    assert median(lines for _, lines in sizes) <= 10


def test_a_flow_fits_on_one_screen(sources: dict[str, Path]) -> None:
    verbs = re.compile(r"^[a-z]+(_and)?_[a-z]+(_[a-z]+)*$")
    flows = {
        name: path
        for name, path in sources.items()
        if name.startswith("flows.") and "@flow" in path.read_text(encoding="utf-8")
    }
    assert [name for name, path in flows.items() if length(path) > 80] == []
    assert [name for name, path in flows.items() if not verbs.match(path.stem)] == []


def test_a_task_is_too_dull_to_branch(sources: dict[str, Path]) -> None:
    """At most ten lines below the docstring, no `if`, no loop, no `try`."""
    for name, path in sources.items():
        for node in ast.walk(read(path)) if name.startswith("tasks.") else ():
            if isinstance(node, Function) and any(
                "task" in ast.unparse(decorator) for decorator in node.decorator_list
            ):
                body = node.body[ast.get_docstring(node) is not None :]
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                branches = [
                    inner
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.If | ast.For | ast.While | ast.Try | ast.Match)
                ]
                assert lines <= 10, f"{name}.{node.name} has {lines} lines"
                assert not branches, f"{name}.{node.name} branches"


def test_a_long_function_is_counted() -> None:
    assert list(functions(ast.parse("def one():\n" + "    pass\n" * 60))) == [("one", 61)]


def test_names_say_something(root: Path, sources: dict[str, Path]) -> None:
    found = {str(path.relative_to(root)): named_badly(path) for path in sources.values()}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("name", ["utils", "text_utils", "DataManager", "new_loader", "train_v2", "helper"])
def test_names_that_say_nothing_are_seen(tmp_path: Path, name: str) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(f"class {name}: ...\n", encoding="utf-8")
    assert named_badly(planted) == [name]


@pytest.mark.parametrize("name", ["commons_dataset", "manage", "renew_lease", "utility"])
def test_names_that_only_sound_alike_are_not(tmp_path: Path, name: str) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(f"def {name}(): ...\n", encoding="utf-8")
    assert named_badly(planted) == []


def test_only_one_stack_of_the_tests_stands_at_a_time(root: Path) -> None:
    """Each file that brings one up is in the group that pytest-xdist gives to one worker."""
    brings_up = re.compile(r'with standing\(|\.(run|start|json)\("up"')
    texts = {path.name: path.read_text(encoding="utf-8") for path in every_test(root) if path.name.startswith("test_")}
    stacks = {name for name, text in texts.items() if brings_up.search(text)}
    assert {"test_browser.py", "test_faults.py", "test_operating.py"} <= stacks
    assert {name for name in stacks if 'xdist_group("stack")' not in texts[name]} == set()


def test_what_is_left_to_do_stands_in_an_issue(root: Path, sources: dict[str, Path]) -> None:
    texts = [
        *sources.values(),
        *every_test(root),
        *root.glob("*.md"),
        *(root / "docs").rglob("*.md"),
        root / "params.yaml",
    ]
    marker = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X{3})\b(?!.*#\d+)")
    assert [str(path) for path in texts if path.exists() and marker.search(path.read_text(encoding="utf-8"))] == []
