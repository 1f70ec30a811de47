"""The artifact's bytes."""

from pathlib import Path

from daybreak.evaluation import size
from daybreak.evaluation.subject import Subject


def test_all_files_together(subject: Subject, tmp_path: Path) -> None:
    found = size.measure(subject, tmp_path)
    assert found["bytes"] == sum(found["files"].values()) == subject.artifact.bytes
    assert next(iter(found["files"])) == "model.onnx"
    assert size.headlines(found) == {"artifact_bytes": float(found["bytes"])}
