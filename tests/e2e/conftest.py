"""One real night through the command line, in an environment of nothing but PATH and HOME."""

from collections.abc import Callable
from typing import Any

import pytest
from e2e_shell import Shell, make_shell


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, dict[str, Any]]:
    """The first night of a small project, and the record it printed."""
    shell = make_shell(tmp_path_factory.mktemp("e2e"))
    return shell, shell.json("run")


@pytest.fixture
def shell(night: tuple[Shell, dict[str, Any]]) -> Shell:
    return night[0]


@pytest.fixture
def record(night: tuple[Shell, dict[str, Any]]) -> dict[str, Any]:
    return night[1]


@pytest.fixture
def journal(shell: Shell) -> Callable[[], Any]:
    """The release journal as it stands."""
    return lambda: shell.json("model", "history")["moves"]
