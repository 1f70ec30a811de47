"""The command of the supervisor carries ports and arguments; the process itself is tested with the whole stack."""

import subprocess
import sys
from pathlib import Path

from flows import supervising


def test_the_command_carries_ports_and_what_the_deployments_are_told() -> None:
    assert supervising.command(4200, 5000) == [sys.executable, "-m", "flows.supervising", "4200", "5000"]
    assert supervising.command(1, 2, "--reset-schedules")[-1] == "--reset-schedules"


def test_outside_of_a_checkout_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run(supervising.command(1, 2), cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode != 0
    assert "is not inside a git repository" in done.stderr
