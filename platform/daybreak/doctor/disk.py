"""Whether state and data have room for a night, and may be written."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from daybreak.doctor.base import Finding, Patient, fault, healthy

NEEDED_BYTES = 5 * 1024**3


def check(patient: Patient) -> Iterator[Finding]:
    """One finding a place: Daybreak's home and the project's data."""
    for place in (patient.settings.home, patient.project.data):
        yield judge(place, NEEDED_BYTES)


def judge(place: Path, needed_bytes: int) -> Finding:
    """Whether `place`, or where it will be made, may be written and has so many bytes left."""
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    if not os.access(there, os.W_OK):
        return fault("disk", f"{there} cannot be written to", "Mend its rights, or set DAYBREAK_HOME to another folder")
    free = shutil.disk_usage(there).free
    found = f"{free / 1024**3:.1f} GiB are free at {place}"
    if free < needed_bytes:
        return fault("disk", f"{found}, {needed_bytes / 1024**3:.0f} are wanted", "daybreak clean, or a larger disk")
    return healthy("disk", found)
