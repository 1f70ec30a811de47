"""How the ledger keeps an artifact: with a path relative to Daybreak's home, so that a checkout may be moved."""

from pathlib import Path
from typing import Any

from daybreak.records import ArtifactRef


def to_stored(artifact: ArtifactRef, home: Path | None) -> dict[str, Any]:
    """The artifact as JSON; a path inside `home` becomes relative to it."""
    return relative(artifact.model_dump(mode="json"), home)


def to_record(stored: dict[str, Any], home: Path | None) -> ArtifactRef:
    """The artifact where it lies today."""
    path = Path(stored["path"])
    return ArtifactRef.model_validate({**stored, "path": home / path if home else path})


def relative(stored: dict[str, Any], home: Path | None) -> dict[str, Any]:
    """The same JSON with its path relative to `home`, if it lies inside."""
    path = Path(stored["path"])
    inside = home is not None and path.is_relative_to(home)
    return {**stored, "path": path.relative_to(home).as_posix()} if home and inside else stored
