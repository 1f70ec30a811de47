"""The product through its commands, in an environment of nothing but PATH and HOME."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from making import CHECKOUT, NIGHT, commit_all, make_checkout, make_project

from daybreak.records import Project


@dataclass(frozen=True)
class Shell:
    """Runs `daybreak` in a project as a new user would: unactivated, `env -i`, no git identity."""

    project: Project
    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
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
        assert done.returncode == expect, f"{arguments}: {done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)

    @property
    def command(self) -> list[str]:
        return [str(Path(sys.executable).with_name("daybreak"))]

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.home), **self.variables}


def make_shell(folder: Path, sections: Mapping[str, Any] = NIGHT, **variables: str) -> Shell:
    """A small project in a checkout and a home of its own."""
    (folder / "home").mkdir()
    make_checkout(folder / "checkout", warm=False)
    project = make_project(folder / "checkout", rows=600, sections=sections)
    for name in ("requirements.lock", "infra/prefect.yaml"):
        shutil.copy(CHECKOUT / name, project.root / name)
    commit_all(project.root, "Lock")
    return Shell(project, folder / "home", variables)
