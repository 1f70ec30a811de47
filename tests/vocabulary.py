"""Small records for tests of what is made of them."""

from pathlib import Path

from daybreak.records import ArtifactRef, DatasetRef, FileDigest, Measurements, Outcome, Verdict

DATASET = DatasetRef(
    project="sample",
    version=3,
    digest="d" * 64,
    path=Path("data"),
    labels=("negative", "positive"),
    rows={"train": 7, "test": 1},
)


def artifact(kind: str) -> ArtifactRef:
    file = FileDigest(name="model.onnx", sha256="f" * 64, bytes=9)
    return ArtifactRef.model_validate({"path": kind, "kind": kind, "sha256": kind, "bytes": 9, "files": (file,)})


def measured(digest: str) -> Measurements:
    return Measurements(
        path=Path("evaluation"),
        digest=digest,
        artifact_sha256="a",
        dataset_digest=DATASET.digest,
        metrics={"accuracy": 0.85},
    )


def verdict(outcome: Outcome = Outcome.PASS, mode: str = "block", measured: float | None = 0.85) -> Verdict:
    return Verdict.model_validate(
        {
            "gate": "quality",
            "outcome": outcome,
            "measured": measured,
            "limit": 0.8,
            "bound": 0.83,
            "samples": 1740,
            "reason": "准确率不低于基线",
            "mode": mode,
        }
    )
