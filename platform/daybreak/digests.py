"""Content digests: SHA-256 of files, folders, code and plain values."""

import hashlib
import json
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parent


def of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def of_value(value: Any) -> str:
    """SHA-256 of a JSON-able value; the order of keys does not matter."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def of_files(paths: Iterable[Path], *, below: Path) -> str:
    """SHA-256 over names (relative to `below`) and contents of files; their order does not matter."""
    return of_value({path.relative_to(below).as_posix(): of_file(path) for path in paths})


def of_code(*rooms: str) -> str:
    """SHA-256 of the sources of rooms or modules of this package, such as `training` or `steps.py`."""
    files: set[Path] = set()
    for room in rooms:
        place = HOUSE / room
        files.update(chain(place.rglob("*.py"), place.rglob("*.yaml")) if place.is_dir() else [place])
    return of_files(sorted(files), below=HOUSE)
