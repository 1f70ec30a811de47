"""Looks for whatever may spoil a night: one check a file, found by its place, each with a remedy for what it finds."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from daybreak.doctor.base import Finding, Patient
from daybreak.errors import DaybreakError

__all__ = ["Finding", "Patient", "examine"]


def examine(patient: Patient) -> Iterator[Finding]:
    """Every check's findings, in the order of the checks' names. A check that breaks is a finding itself."""
    for found in iter_modules(__path__):
        if found.name == "base":
            continue
        try:
            yield from import_module(f"{__name__}.{found.name}").check(patient)
        except DaybreakError as error:
            yield Finding(check=found.name, ok=False, found=error.found, remedy=error.remedy or error.expected)
        except Exception as error:  # a doctor who faints helps nobody
            said = f"the check itself broke: {type(error).__name__}: {error}"
            yield Finding(check=found.name, ok=False, found=said, remedy="Report this as a fault of Daybreak")
