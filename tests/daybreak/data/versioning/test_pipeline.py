"""dvc as a leashed process: what it refuses becomes one of our errors, and a transfer ends in time."""

import subprocess
import sys
import time

import pytest

from daybreak.data.versioning import pipeline
from daybreak.errors import DataError, ProjectError, StepFailed
from daybreak.records import Project

SLEEP = ("-c", "import time; print('begun', flush=True); time.sleep(600)")


@pytest.mark.parametrize(
    ("output", "error", "message"),
    [
        ("OSError: [Errno 28] No space left on device", ProjectError, "the disk is full"),
        ("Running stage 'x':\nERROR: something else", StepFailed, "dvc refused: something else"),
        ("ERROR: failed to reproduce 'clean': failed to run: x, exited with 137", StepFailed, "clean: exited with 137"),
        ("", ProjectError, "dvc refused: ;"),
    ],
)
def test_failures_are_told_apart(output: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        raise pipeline.explain(output.splitlines())


def test_a_checkout_brings_back_what_is_missing_and_loses_nothing(prepared: Project) -> None:
    split = prepared.data / "split"
    before = (split / "test.parquet").read_bytes()
    (split / "test.parquet").unlink()
    pipeline.checkout(prepared.root, 10)
    assert (split / "test.parquet").read_bytes() == before
    (split / "mine.txt").write_text("mine", encoding="utf-8")
    (split / "train.parquet").write_bytes(b"changed")
    with pytest.raises(DataError, match=r"changed by hand: data/split/mine.txt, data/split/train.parquet; .*Move them"):
        pipeline.checkout(prepared.root, 10)
    assert (split / "mine.txt").read_text(encoding="utf-8") == "mine"
    pipeline.checkout(prepared.root, 10, force=True)
    assert not (split / "mine.txt").exists()


def test_a_command_that_takes_too_long_ends_with_all_it_started(project: Project) -> None:
    began = time.monotonic()
    code, lines = pipeline.dvc(project.root, wait_seconds=0, seconds=2.0, program=SLEEP)
    assert time.monotonic() - began < 60
    assert code != 0
    assert lines == ["begun"]


def test_a_transfer_that_fails_says_so(prepared: Project) -> None:
    command = [sys.executable, "-P", "-m", "dvc", "remote", "add", "-d", "shelf", "../shelf"]
    subprocess.run(command, cwd=prepared.root, check=True, capture_output=True)
    with pytest.raises(StepFailed, match=r"dvc push failed: .*nowhere"):
        pipeline.transfer(prepared.root, "push", ["refs/tags/nowhere"], wait_seconds=10)
