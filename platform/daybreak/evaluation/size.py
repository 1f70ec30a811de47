"""How large the artifact is, all of its files together."""

from pathlib import Path
from typing import Any

from daybreak.evaluation.subject import Subject

RECIPES = ("classify", "generate")


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Bytes of the artifact and of each of its files, the largest first."""
    files = sorted(subject.artifact.files, key=lambda file: -file.bytes)
    return {
        "kind": subject.artifact.kind,
        "bytes": subject.artifact.bytes,
        "files": {file.name: file.bytes for file in files},
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {"artifact_bytes": float(result["bytes"])}
