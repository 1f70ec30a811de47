"""One real night through the command line, in an environment of nothing but PATH and HOME."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from making import CHECKOUT, NIGHT, commit_all, make_project

from daybreak.records import Project


@dataclass(frozen=True)
class Shell:
    """Runs `daybreak` in a project as a new user would: unactivated, `env -i`, no git identity."""

    project: Project
    home: Path

    def __call__(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *arguments],
            cwd=self.project.root,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    def json(self, *arguments: str, expect: int = 0) -> Any:
        done = self(*arguments, "--json")
        assert done.returncode == expect, done.stderr
        return json.loads(done.stdout)

    @property
    def command(self) -> list[str]:
        return [str(Path(sys.executable).with_name("daybreak"))]

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.home)}


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, dict[str, Any]]:
    """The first night of a small project, and the record it printed."""
    folder = tmp_path_factory.mktemp("e2e")
    (folder / "home").mkdir()
    project = make_project(folder / "checkout", rows=600, sections=NIGHT)
    (project.root / "requirements.lock").write_bytes((CHECKOUT / "requirements.lock").read_bytes())
    commit_all(project.root, "Lock")
    shell = Shell(project, folder / "home")
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
