"""One tree of errors: drawn at the top of its module, and every leaf survives a process boundary."""

import ast
import builtins
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from daybreak import errors
from daybreak.errors import DaybreakError


def branches(root: type[DaybreakError], depth: int = 0) -> Iterator[tuple[int, type[DaybreakError]]]:
    yield depth, root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from branches(child, depth + 1)


def drawn(docstring: str) -> list[tuple[int, str]]:
    """Depth and name of every line of the drawing: four columns a level."""
    lines = [line for line in docstring.splitlines() if "──" in line or line.startswith("DaybreakError")]
    return [((line.find("── ") + 3) // 4 if "── " in line else 0, line.split("── ")[-1].split()[0]) for line in lines]


def homeless(tree: ast.Module) -> list[str]:
    """Classes that derive from one of Python's own exceptions; a private one that steers its own module may."""
    known = {
        name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
    }
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return [
        node.name
        for node in classes
        if not node.name.startswith("_") and known & {ast.unparse(base) for base in node.bases}
    ]


TREE = list(branches(DaybreakError))


def test_the_drawing_is_the_tree() -> None:
    assert drawn(errors.__doc__ or "") == [(depth, error.__name__) for depth, error in TREE]


def test_a_wrong_drawing_is_seen() -> None:
    assert drawn("DaybreakError\n├── BadInput\n│   └── Busy   held\n└── Lost") == [
        (0, "DaybreakError"),
        (1, "BadInput"),
        (2, "Busy"),
        (1, "Lost"),
    ]


def test_no_error_grows_outside_the_tree(sources: dict[str, Path]) -> None:
    others = {name: path for name, path in sources.items() if name != "daybreak.errors"}
    found = {name: homeless(ast.parse(path.read_text(encoding="utf-8"))) for name, path in others.items()}
    assert {name: classes for name, classes in found.items() if classes} == {}


def test_a_homeless_error_is_seen() -> None:
    assert homeless(ast.parse("class Stray(ValueError): ...")) == ["Stray"]


@pytest.mark.parametrize("error", [error for _, error in TREE], ids=lambda error: error.__name__)
def test_every_error_survives_pickling_with_its_fields(error: type[DaybreakError]) -> None:
    sent = error("负面 was found", "positive", "Mend it")
    received = pickle.loads(pickle.dumps(sent))
    assert type(received) is error
    assert (received.found, received.expected, received.remedy) == ("负面 was found", "positive", "Mend it")
    assert str(received) == str(sent)
    assert received.exit_code == error.exit_code


@pytest.mark.parametrize("error", [error for _, error in TREE], ids=lambda error: error.__name__)
def test_bad_input_alone_exits_with_two(error: type[DaybreakError]) -> None:
    assert error.exit_code == (2 if issubclass(error, errors.BadInput) else 1)
