"""Which files of the folder are gates."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daybreak import gates

Add = Callable[[str], Path]
PARAMS = "from daybreak.gates.base import GateParams as Params\n"
CHECK = "def check(evidence, params): ...\n"


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """`add(source)` puts a file `added.py` among the gates for the length of one test."""
    monkeypatch.setattr(gates, "__path__", [*gates.__path__, str(tmp_path)])

    def write(source: str) -> Path:
        path = tmp_path / "added.py"
        path.write_text(source, encoding="utf-8")
        return path

    yield write
    sys.modules.pop("daybreak.gates.added", None)
    vars(gates).pop("added", None)


def test_a_file_with_both_parts_is_a_gate(add: Add) -> None:
    add(PARAMS + CHECK)
    assert "added" in gates.discover()


def test_a_file_with_neither_part_is_not(add: Add) -> None:
    add("WIDTH = 3\n")
    assert not {"added", "base", "decision", "judge", "limits", "statistics"} & gates.discover().keys()


@pytest.mark.parametrize(("source", "absent"), [(CHECK, "Params"), (PARAMS, "check")])
def test_half_a_gate_is_not_left_out_silently(add: Add, source: str, absent: str) -> None:
    path = add(source)
    with pytest.raises(TypeError, match=f"has no `{absent}`") as caught:
        gates.discover()
    assert str(path) in str(caught.value)
