"""Whether git and dvc can do their part: a checkout with a commit, and locks that nobody dead holds."""

import json
from collections.abc import Iterator
from pathlib import Path

import psutil

from daybreak.data.versioning import git
from daybreak.doctor.base import Finding, Patient, fault, healthy


def check(patient: Patient) -> Iterator[Finding]:
    """One finding for git, one for dvc."""
    commit = git.commit_of(patient.checkout)
    changed = "with changes" if git.is_dirty(patient.checkout, ["."]) else "clean"
    yield healthy("git", f"commit {commit[:12]}, {changed}; Daybreak commits under its own name")
    yield judge_dvc(patient.checkout)


def judge_dvc(checkout: Path) -> Finding:
    """Whether dvc is set up here, and its locks are held by living processes only."""
    if not (checkout / ".dvc" / "config").is_file():
        return fault("dvc", f"{checkout} has no .dvc/config", "Restore .dvc from git: git checkout -- .dvc")
    dead = sorted(pid for pid in _holders(checkout / ".dvc" / "tmp" / "rwlock") if not psutil.pid_exists(pid))
    if dead:
        named = ", ".join(str(pid) for pid in dead)
        return fault("dvc", f"its lock names dead processes: {named}", "Delete .dvc/tmp/rwlock while no dvc runs")
    return healthy("dvc", "set up, and locked by nobody dead")


def _holders(rwlock: Path) -> set[int]:
    """Process numbers in dvc's table of who reads and writes what: {path: {"read": [{"pid": …}], "write": {…}}}."""
    try:
        table = json.loads(rwlock.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    entries = [entry for held in table.values() for entry in (*held.get("read", []), held.get("write") or {})]
    return {entry["pid"] for entry in entries if "pid" in entry}
