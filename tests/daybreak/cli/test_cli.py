"""Every command prints one JSON object, or a table for people."""

from typing import Any

import pytest
from typer.testing import CliRunner

from daybreak.cli import app


@pytest.mark.parametrize(
    ("command", "shows"),
    [
        (("data", "prepare"), "naive_accuracy"),
        (("data", "versions"), "digest"),
        (("runs", "list"), "released"),
        (("gates", "list"), "min_accuracy"),
        (("gates", "explain"), "quality"),
        (("model", "versions"), "champion"),
        (("model", "history"), "done"),
        (("model", "predict", "太好了"), "positive"),
    ],
)
def test_people_get_a_table(read: Any, command: tuple[str, ...], shows: str) -> None:
    assert shows in read(*command)


def test_help_names_every_group() -> None:
    text = CliRunner().invoke(app, ["--help"]).stdout
    assert all(group in text for group in ("data", "runs", "gates", "model", "reset"))
