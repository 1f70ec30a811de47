"""A disk that fills while a model is written: one sentence, the champion stays, and with space the night goes on."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e_shell import make_shell

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROOM_KB = 70  # a trained model of this project takes more, what comes before it less


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Any]:
    """A project whose steps lie on a disk of their own."""
    made = make_shell(tmp_path)
    steps = made.project.root / ".daybreak" / "steps"
    steps.mkdir(parents=True)
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(steps)], capture_output=True)
    if mount.returncode:
        pytest.skip("this user may not mount a disk")
    yield made
    subprocess.run(["umount", "--lazy", str(steps)], check=True)


def fill(folder: Path, leave_kb: int) -> Path:
    """Ballast until so much is left."""
    ballast = folder / "ballast"
    found = subprocess.run(["df", "--output=avail", "-k", str(folder)], capture_output=True, text=True, check=True)
    ballast.write_bytes(b"0" * 1024 * (int(found.stdout.split()[-1]) - leave_kb))
    return ballast


def test_a_full_disk_while_the_model_is_written(shell: Any) -> None:
    before = shell.json("run")
    assert before["status"] == "released", before["reason"]
    ballast = fill(shell.project.root / ".daybreak" / "steps", ROOM_KB)
    done = shell("run", "-p", "training.seed=18", "-p", "tuning.trials=0")
    assert done.returncode == 1
    assert "disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert shell.json("runs", "show")["status"] == "failed"
    assert shell.json("model", "history")["champion"]["version"] == before["model"]["version"]
    ballast.unlink()
    after = shell.json("run", "-p", "training.seed=18", "-p", "tuning.trials=0")
    assert after["status"] == "released", after["reason"]
