"""What is looked at before anything starts, so that bad input costs less than a second and changes nothing."""

import os
import shutil

from daybreak.errors import ProjectError
from daybreak.night import Night

NEEDED_BYTES = 2 * 1024**3


def demand_room(night: Night, needed: int = NEEDED_BYTES) -> None:
    """Raise ProjectError where state cannot be written, or the disk has less than `needed` bytes left for a night."""
    home = night.settings.home
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    if not (place.is_dir() and os.access(place, os.W_OK)):
        raise ProjectError(
            f"{place} cannot be written to", "a folder for the state of runs", "Set DAYBREAK_HOME to one"
        )
    free = shutil.disk_usage(place).free
    if free < needed:
        raise ProjectError(
            f"{free / 1024**3:.1f} GiB are free on the disk of {place}",
            f"at least {needed / 1024**3:.0f} GiB",
            "Free some space, or move the state with DAYBREAK_HOME",
        )
