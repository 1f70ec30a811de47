"""The door to dvc: a leashed process with a bounded wait for dvc's lock, and its failures as our errors."""

from __future__ import annotations

import configparser
import contextlib
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from daybreak.data.versioning import git
from daybreak.errors import Busy, DataError, DaybreakError, ProjectError, StepFailed
from daybreak.leash import Child, leashed

Progress = Callable[[float, str], None]  # is told the share done, 0..1, and the stage that starts
Outcome = tuple[int, list[str]]  # exit code and output, errors among it

STAGES = ("ingest", "clean", "dedupe", "split", "describe")
LOCKED = ("Unable to acquire lock", "it is being blocked by")
UNSAVED = "Can't remove the following unsaved files"
REMOTE_SECONDS = 1800.0  # what a transfer may take; the next night goes on where this one stopped
# `dvc fetch` and `dvc push` know all tags or none, dvc itself knows revisions; the remote is today's, not that of then.
TRANSFER = """
import sys
from dvc.repo import Repo
today = Repo().config
repo = Repo(config={"core": {"remote": today["core"]["remote"]}, "remote": today["remote"]})
getattr(repo, sys.argv[1])(targets=["dvc.yaml"], revs=sys.argv[2:], workspace=False)
"""


def repro(root: Path, progress: Progress, wait_seconds: float) -> None:
    """`dvc repro`; `progress` hears of each stage that starts. Raises Busy, DataError, ProjectError or StepFailed."""

    def hear(line: str) -> None:
        if begun := re.match(r"Running stage '(?:.*:)?(\w+)'", line):
            progress(STAGES.index(begun[1]) / len(STAGES) if begun[1] in STAGES else 0.0, begun[1])

    code, lines = dvc(root, "repro", wait_seconds=wait_seconds, hear=hear)
    if code:
        raise explain(lines)


def checkout(root: Path, wait_seconds: float, *, force: bool = False, target: str = "dvc.yaml") -> None:
    """Make data/, or one output, what dvc.lock says. Files that dvc has no copy of stand in the way, unless `force`:
    then they go.
    """
    code, lines = dvc(root, "checkout", *(["--force"] if force else []), target, wait_seconds=wait_seconds)
    if not code:
        return
    if any(UNSAVED in line for line in lines):
        paths = sorted(line.removeprefix(f"{root}/") for line in lines if line.startswith(f"{root}/"))
        found = f"files in data/ were changed by hand: {', '.join(paths)}"
        raise DataError(found, "what dvc has a copy of", "Move them elsewhere, or run `daybreak data prepare`")
    raise explain(lines)


def has_remote(root: Path) -> bool:
    """Whether dvc's settings here name a default remote."""
    folder = next((each / ".dvc" for each in (root, *root.parents) if (each / ".dvc").is_dir()), None)
    if folder is None:
        return False
    found = configparser.ConfigParser(interpolation=None, strict=False)
    found.read([folder / "config", folder / "config.local"], encoding="utf-8")
    return found.has_option("core", "remote")


def transfer(
    root: Path, verb: str, revisions: Sequence[str], *, wait_seconds: float, seconds: float = REMOTE_SECONDS
) -> None:
    """`fetch` or `push` the files of these revisions between dvc's cache and its default remote, workspace untouched.

    Raises StepFailed with dvc's own words when the remote does not answer or lacks a file.
    """
    code, lines = dvc(root, verb, *revisions, wait_seconds=wait_seconds, seconds=seconds, program=("-c", TRANSFER))
    if code:
        told = [line for line in lines if line.strip()]
        raise StepFailed(f"dvc {verb} failed: {told[-1] if told else f'stopped after {seconds:g} s'}")


def dvc(
    root: Path,
    *words: str,
    wait_seconds: float,
    hear: Callable[[str], None] = lambda _line: None,
    seconds: float | None = None,
    program: Sequence[str] = ("-m", "dvc"),
    variables: Mapping[str, str] | None = None,
) -> Outcome:
    """Run dvc, again and again while another process holds its lock, until `wait_seconds` have passed: then Busy."""
    deadline = time.monotonic() + wait_seconds
    while True:
        code, lines = _once(root, (*program, *words), hear, seconds, variables or {})
        if code == 0 or not any(sign in line for line in lines for sign in LOCKED):
            return code, lines
        if time.monotonic() >= deadline:
            raise Busy(f"dvc is held by {_holder(root, lines)}", "", "Wait for it to end, then run again")
        time.sleep(0.5)


def _once(
    root: Path,
    words: Sequence[str],
    hear: Callable[[str], None],
    seconds: float | None,
    extra: Mapping[str, str],
) -> Outcome:
    """dvc and its stages end with us, also when we die by kill -9."""
    variables = {"DAYBREAK_PYTHON": sys.executable, "DVC_NO_ANALYTICS": "1", "PYTHONDONTWRITEBYTECODE": "1", **extra}
    command = git.command(variables, sys.executable, "-P", *words)
    python, *supervisor = leashed(["sh", "-c", 'exec "$@" 2>&1', "sh", *command])
    lines = []
    with Child([python, "-P", *supervisor], piped=True, cwd=root) as child:
        ending = threading.Timer(seconds, _end, [child.pid]) if seconds else None
        if ending:
            ending.start()
        try:
            for line in child.lines():
                lines.append(line.rstrip())
                hear(lines[-1])
            return child.wait(), lines
        finally:
            if ending:
                ending.cancel()


def _end(session: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(session, signal.SIGTERM)


def explain(lines: list[str]) -> DaybreakError:
    """What went wrong in a failed dvc command, as one of our errors."""
    output = "\n".join(lines)
    if "No space left on device" in output:
        return ProjectError("the disk is full", "free space for data/ and .dvc/cache", "Free some and run again")
    failed = re.search(r"failed to reproduce '(?:.*:)?(\w+)'.*exited with (\d+)", output)
    told = [line for line in lines if line.strip()]
    if not failed:
        return _refused(lines, told)
    name, code = failed[1], int(failed[2])
    sentence = next((line for line in reversed(told) if line.startswith(f"{name}: ")), None)
    if code == DataError.exit_code and sentence:
        return DataError(sentence)
    before = [line for line in told if not line.startswith(("ERROR:", "WARNING:"))]
    return StepFailed(sentence or f"{name}: exited with {code}: {before[-1] if before else 'no output'}")


def _refused(lines: list[str], told: list[str]) -> DaybreakError:
    errors = [line.removeprefix("ERROR: ") for line in told if line.startswith("ERROR: ")] or told[-1:]
    found = f"dvc refused: {' '.join(errors)}"
    if any(line.startswith("Running stage") for line in lines):
        return StepFailed(found)
    return ProjectError(found, "a project that dvc can run", "Mend dvc.yaml or .dvc/")


def _holder(root: Path, lines: list[str]) -> str:
    """Who holds dvc's lock, as far as dvc says or its lock file does."""
    if named := re.search(r"\(PID (\d+)\): (.+)", "\n".join(lines)):
        return f"process {named[1]} ({named[2].strip()})"
    for folder in (root, *root.parents):
        lock = folder / ".dvc" / "tmp" / "lock"
        if lock.is_file():
            number = lock.read_text(encoding="utf-8", errors="replace").strip()
            return f"process {number}" if number.isdigit() else "another process"
    return "another process"
