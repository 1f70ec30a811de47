"""Nights without training: real steps, MLflow runs, versions, verdicts and journal rows over tiny made-up files."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daybreak import digests, gates, inference, recording
from daybreak.night import Night
from daybreak.planning import Results, opponent
from daybreak.records import (
    ArtifactRef,
    BaseRef,
    DatasetRef,
    Evidence,
    ExportRef,
    FileDigest,
    Judgement,
    Measurements,
    ModelRef,
    Outcome,
    RunRecord,
    SweepRef,
    Trial,
    Verdict,
)
from daybreak.steps import Step


def fabricate_night(
    night: Night, dataset: DatasetRef, number: int, *, passes: bool, bytes_a_file: int = 2000
) -> RunRecord:
    """The `number`-th night, begun now: every step anew, then tracked, released or refused, and recorded."""
    this = replace(night, run_id=f"20261122-{number:08x}", started_at=datetime.now(UTC))
    size = bytes_a_file
    sweep = _do(this, "sweep", number, SweepRef, lambda folder: _sweep(folder, number, size))
    model = _do(this, "train", number, ModelRef, lambda folder: _model(folder, number, size))
    exported = _do(this, "export", number, ExportRef, lambda folder: _export(folder, model.value, number, size))
    measured = _do(
        this,
        "evaluate",
        number,
        Measurements,
        lambda folder: _measure(folder, exported.value.shipped.sha256, dataset, size),
    )
    ledger = recording.open_ledger(this)
    rival = opponent(ledger, this, exported.value.shipped.sha256)
    evidence = Evidence(candidate=measured.value, champion=None, dataset=dataset)
    judged = _do(
        this,
        "judge",
        number,
        Judgement,
        lambda folder: _judge(folder, evidence, rival.version if rival else None, passes=passes),
    )
    results = Results(
        dataset=dataset,
        swept=sweep.value,
        model=model.value,
        exported=exported.value,
        evidence=evidence,
        judgement=judged.value,
    )
    tokens = this.cache / "tokens" / f"{number:020x}"
    _fill(tokens, {"ids.npy": size})
    tracked = recording.track(this, results, {})
    recording.seal(this, results, tracked, steps={"train": model}, links={})
    move = recording.release(this, results, tracked, actor="test")
    return recording.conclude(this, results, tracked, move, steps={"train": model}, links={})


def _do(night: Night, name: str, number: int, kind: type[Any], work: Callable[[Path], Any]) -> Any:
    return night.store.run(Step(name, {"night": str(number)}, kind, work))


def _sweep(folder: Path, number: int, size: int) -> SweepRef:
    _fill(folder / "ray" / "trial-1", {"checkpoint.bin": size})
    config = {"learning_rate": 1e-3 + number / 1e6}
    trials = tuple(
        Trial(number=each, config=config, score=0.8, history=((0.5, 0.7), (1.0, 0.8)), seconds=1.0, state="completed")
        for each in (1, 2)
    )
    return SweepRef(metric="accuracy", trials=trials, best=config, best_score=0.8)


def _model(folder: Path, number: int, size: int) -> ModelRef:
    _fill(folder, {"model.safetensors": 4 * size})
    steps = [{"step": each, "epoch": each / 20, "loss": 1 / (1 + each)} for each in range(20)]
    (folder / "history.json").write_text(json.dumps({"steps": steps, "epochs": []}), encoding="utf-8")
    base = BaseRef(source="scratch", revision="", weights_sha256="", tokenizer_sha256="")
    labels = ("negative", "positive")
    sha256 = digests.of_value(number)
    return ModelRef(path=folder, recipe="classify", labels=labels, sha256=sha256, base=base, seed=number, metrics={})


def _export(folder: Path, model: ModelRef, number: int, size: int) -> ExportRef:
    plain = _artifact(folder / "onnx-fp32", number, 4 * size)
    small = _artifact(folder / "onnx-int8", number, size)
    return ExportRef(
        model=model,
        artifacts=(plain.model_copy(update={"kind": "onnx-fp32"}), small),
        exporter="none",
        ship="onnx-int8",
    )


def _artifact(folder: Path, number: int, size: int) -> ArtifactRef:
    _fill(folder, {"model.onnx": size, "labels.json": 10})
    (folder / "manifest.json").write_text(json.dumps({"night": number}), encoding="utf-8")
    files = tuple(
        FileDigest(name=path.name, sha256=digests.of_file(path), bytes=path.stat().st_size)
        for path in sorted(folder.iterdir())
    )
    bytes_ = sum(file.bytes for file in files)
    return ArtifactRef(path=folder, kind="onnx-int8", sha256=inference.digest(folder), bytes=bytes_, files=files)


def _measure(folder: Path, artifact_sha256: str, dataset: DatasetRef, size: int) -> Measurements:
    place = folder / "measurements"
    _fill(place, {"answers.bin": size})
    return Measurements(
        path=place,
        digest=digests.of_files(place.iterdir(), below=place),
        artifact_sha256=artifact_sha256,
        dataset_digest=dataset.digest,
        metrics={"accuracy": 0.8, "macro_f1": 0.8},
    )


def _judge(folder: Path, evidence: Evidence, champion: int | None, *, passes: bool) -> Judgement:
    verdicts = tuple(
        Verdict(
            gate=gate,
            outcome=Outcome.FAIL if gate == "quality" and not passes else Outcome.PASS,
            measured=0.8,
            limit=0.7,
            bound=0.75,
            samples=60,
            reason="Accuracy: 80.00 % on 60 test rows, at worst 75.00 %; at least 70.00 % is asked.",
        )
        for gate in gates.discover()
    )
    digest = Judgement.compute_digest(verdicts, evidence.digest, champion)
    _fill(folder, {"verdicts.json": 200})
    return Judgement(verdicts=verdicts, evidence_digest=evidence.digest, champion_version=champion, digest=digest)


def _fill(folder: Path, files: Mapping[str, int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in files.items():
        (folder / name).write_bytes(b"x" * size)


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
