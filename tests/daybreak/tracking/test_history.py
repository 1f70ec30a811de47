"""Every shape a training history comes in reads the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from daybreak.errors import DataError
from daybreak.tracking.history import read_history

EXPECTED = [(1, {"loss": 0.7}), (2, {"loss": 0.5})]


@pytest.mark.parametrize(
    "content",
    [
        [{"step": 2, "loss": 0.5}, {"step": 1, "loss": 0.7}],
        {"train": [{"step": 1, "loss": 0.7}], "validation": [{"step": 2, "loss": 0.5}]},
        {"step": [1, 2], "loss": [0.7, 0.5]},
        {"loss": [0.7, 0.5], "seed": 17},
        [{"loss": 0.7, "phase": "warm-up", "best": True}, {"loss": 0.5}],
    ],
)
def test_shapes(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "history.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    assert read_history(file) == EXPECTED


@pytest.mark.parametrize("content", ["[]", "{}", "3", '[{"step": 1}]'])
def test_nothing_to_read_is_no_error(tmp_path: Path, content: str) -> None:
    file = tmp_path / "history.json"
    file.write_text(content, encoding="utf-8")
    assert read_history(file) == []


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"history .*history\.json cannot be read .*; expected JSON"):
        read_history(tmp_path / "history.json")
    (tmp_path / "history.json").write_text("[{", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        read_history(tmp_path / "history.json")
