"""How a stage runs under dvc: in the project's folder, with its own section of params.yaml, errors as one line."""

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from daybreak.errors import DaybreakError, ProjectError, no_space

GARBAGE = (200_000, 20, 20)  # stages make millions of small values and hardly a cycle: looking for those costs a fifth


def run(name: str, work: Callable[[Path, Any], None]) -> int:
    """Do one stage in the current folder and return its exit code; what went wrong is one line on stderr."""
    gc.set_threshold(*GARBAGE)
    try:
        work(Path(), section(Path(), name))
    except DaybreakError as error:
        return _say(name, error)
    except OSError as error:
        full = full_disk(error)
        if full is None:
            raise
        return _say(name, full)
    return 0


def full_disk(error: OSError) -> ProjectError | None:
    """The sentence for a disk without space, or None when something else is wrong."""
    if not no_space(error):
        return None
    where = f" while writing {error.filename}" if error.filename else ""
    return ProjectError(f"the disk is full{where}", "free space for data/ and .dvc/cache", "Free some and run again")


def section(root: Path, name: str) -> Any:
    """One section of a project's params.yaml. Raises ParamsError."""
    from daybreak.params import load_params

    return getattr(load_params(root / "params.yaml"), name)


def source_url(root: Path) -> SecretStr | None:
    """The database of the source sql: DAYBREAK_SOURCE_URL, and no setting of params.yaml, since it holds a password."""
    from daybreak.settings import load_settings

    return load_settings(root).source_url


def _say(name: str, error: DaybreakError) -> int:
    sys.stderr.write(f"{name}: {error}\n")
    return error.exit_code
