"""What a check is given, and what it says."""

from dataclasses import dataclass
from pathlib import Path

from daybreak.records import Project, Record
from daybreak.settings import Settings


@dataclass(frozen=True)
class Patient:
    """What is examined: a project, its checkout, and where its state lies. params.yaml need not be readable."""

    project: Project
    checkout: Path
    settings: Settings


class Finding(Record):
    """What one check found, and, where that is a fault, what mends it."""

    check: str
    ok: bool
    found: str
    remedy: str = ""


def healthy(check: str, found: str) -> Finding:
    return Finding(check=check, ok=True, found=found)


def fault(check: str, found: str, remedy: str) -> Finding:
    return Finding(check=check, ok=False, found=found, remedy=remedy)
