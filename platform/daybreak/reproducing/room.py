"""Where a run is made again: with the code of its commit, and the packages of its lock file."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from daybreak import digests, errors, leash, settings
from daybreak.data.versioning import worktrees
from daybreak.errors import StepFailed
from daybreak.night import Night
from daybreak.progress import Reporter
from daybreak.records import RunRecord
from daybreak.reproducing import again

CODE, LOCK = "platform/daybreak", "requirements.lock"
PROOF = f"{CODE}/training/loop.py"
"""A commit that holds this file holds the code it ran."""
LOG = "again.log"
PACKAGES = ("site-packages", "dist-packages")


class Room(NamedTuple):
    """`python` is None where this very process runs the commit's code; `installed` says whether it has own packages."""

    code: Path
    python: Path | None = None
    installed: bool = False

    def ask(self, request: dict[str, Any], folder: Path, report: Reporter) -> dict[str, Any]:
        """What comes out; raises what the work raised there, and StepFailed where its process broke."""
        asked = {**request, "code": str(self.code), "folder": str(folder)}
        if self.python is None:
            return again.run(asked, report)
        path = folder / "request.json"
        path.write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
        command = leash.leashed([str(self.python), "-P", str(again.__file__), str(path)])
        environment = settings.child_environment({"PYTHONPATH": ""})
        failure: Exception | None = None
        with leash.Child(command, env=environment, log=folder / LOG, piped=True) as child:
            for line in child.lines():
                if not line.startswith('{"'):
                    continue  # a library's own
                word = json.loads(line)
                if "error" in word:
                    failure = getattr(errors, word["error"], StepFailed)(*word["arguments"])
                else:
                    report(word["step"], word["share"], word["note"])
            status = child.wait()
        if failure or status:
            raise failure or StepFailed(f"reproduce: its process ended with status {status}", "", _end(folder / LOG))
        answer: dict[str, Any] = json.loads((folder / again.ANSWER).read_text(encoding="utf-8"))
        return answer


@contextmanager
def opened(night: Night, record: RunRecord, place: Path, *, borrow: bool, report: Reporter) -> Iterator[Room]:
    """A room for a run, below `place`; what was installed for a lock file stays there for the next run of its commit.

    This process itself where its code is the commit's, or where the commit holds none, as with an installed Daybreak.
    Otherwise a worktree of the commit with a Python of its own: with today's packages where the lock file is the same
    (or with `borrow`), else with what the commit's own `infra/setup` installs. StepFailed where it cannot.
    """
    commit = record.commit
    if not worktrees.has(night.checkout, commit, PROOF):
        yield Room(digests.HOUSE)
        return
    same_lock = _lock(night.checkout) == record.lock_digest
    here = (night.checkout / CODE).resolve() == digests.HOUSE.resolve()
    if here and (same_lock or borrow) and not worktrees.differs(night.checkout, commit, CODE):
        yield Room(digests.HOUSE)
        return
    name = f"code-{commit[:12]}"
    folder = place / (f"{name}-{secrets.token_hex(4)}" if same_lock or borrow else f"{name}-own")
    if same_lock or borrow:
        try:
            yield _borrowed(night, commit, folder, report)
        finally:
            worktrees.remove(night.checkout, folder)
    else:
        yield _installed(night, commit, folder, report)


def _borrowed(night: Night, commit: str, folder: Path, report: Reporter) -> Room:
    """A virtual environment without packages, that finds the commit's code first and then what is installed today."""
    report("start", 0.0, f"checking out commit {commit[:12]}")
    worktrees.remove(night.checkout, folder)
    worktrees.add(night.checkout, commit, folder)
    aside = folder / ".venv"
    venv.create(aside, with_pip=False, symlinks=True)
    packages = next(aside.glob("lib*/python*/site-packages"))
    installed = [each for each in sys.path if Path(each).name in PACKAGES]
    places = [folder, folder / "platform", *installed]
    (packages / "borrowed.pth").write_text("".join(f"{each}\n" for each in places), encoding="utf-8")
    return Room(folder / CODE, aside / "bin" / "python")


def _installed(night: Night, commit: str, folder: Path, report: Reporter) -> Room:
    python, done = folder / ".venv" / "bin" / "python", folder / ".venv" / ".run"
    if not done.is_file():
        worktrees.remove(night.checkout, folder)
        worktrees.add(night.checkout, commit, folder)
        report("start", 0.0, "installing the packages of its lock file, some minutes and 3 GB")
        _set_up(folder)
    os.utime(folder)  # in use: what nobody uses for long is removed
    return Room(folder / CODE, python, installed=True)


def _set_up(folder: Path) -> None:
    """By the commit's own script, as it was installed then."""
    log = folder / "setup.log"
    variables = settings.child_environment({"PYTHON": sys.executable, "PYTHONPATH": ""})
    with log.open("w", encoding="utf-8") as stream:
        script = [str(folder / "infra" / "setup"), "run"]
        try:
            status = subprocess.run(script, env=variables, stdout=stream, stderr=stream, check=False).returncode
        except OSError as error:
            status, _ = 1, stream.write(str(error))
    if status:
        reason = _end(log)
        shutil.rmtree(folder / ".venv", ignore_errors=True)
        remedy = "Mend that, or give --borrow to train with today's packages"
        raise StepFailed(f"reproduce: the packages of the run's lock file cannot be installed: {reason}", "", remedy)


def _lock(checkout: Path) -> str:
    path = checkout / LOCK
    return digests.of_file(path) if path.is_file() else ""


def _end(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), f"see {log}")
