"""Two people start the night of one project at the same moment: it is done once, and the other is told."""

import json
import subprocess
from pathlib import Path

import pytest
from e2e_shell import make_shell
from standing import processes_below

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_two_runs_at_once_release_once(tmp_path: Path) -> None:
    shell = make_shell(tmp_path)
    started = [
        subprocess.Popen(
            [*shell.command, "run", "--json"],
            cwd=shell.project.root,
            env=shell.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [(*process.communicate(timeout=900), process.returncode) for process in started]
    told = [json.loads(out)["status"] if code == 0 else (code, err.splitlines()[-1]) for out, err, code in ended]
    assert told.count("released") == 1, told
    (other,) = (each for each in told if each != "released")
    assert other == "unchanged" or (other[0] == 2 and "a night of project sample" in other[1]), told
    assert [each["version"] for each in shell.json("model", "versions")["versions"]] == [1]
    assert shell.json("model", "history")["champion"]["version"] == 1
    assert processes_below(shell.project.root) == []
