"""A finished night, asked through the command line."""

import json
from typing import Any

import pytest
from making import Finished
from typer.testing import CliRunner

from daybreak.cli import app


@pytest.fixture
def ask(finished: Finished, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run a command in the finished night's project and parse its JSON."""
    monkeypatch.chdir(finished.night.project.root)

    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture
def read(finished: Finished, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run a command in the finished night's project and give what it prints for people."""
    monkeypatch.chdir(finished.night.project.root)
    return lambda *arguments: CliRunner().invoke(app, list(arguments), catch_exceptions=False).stdout
