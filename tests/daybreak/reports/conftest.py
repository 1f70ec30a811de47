"""One night as the other rooms leave it behind, small but whole."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from daybreak.records import (
    BaseRef,
    DatasetRef,
    Evidence,
    Judgement,
    Measurements,
    Outcome,
    RunModel,
    RunRecord,
    SweepRef,
    Trial,
    Verdict,
)

LABELS = ("negative", "positive")
TEXTS = (
    "这家酒店很差",
    "房间干净，服务热情",
    "再也不来了",
    "<b>物超所值</b>",
    "隔音不好",
    "早餐丰富",
    "书很旧",
    "推荐",
)
TRUTH = (0, 1, 0, 1, 0, 1, 0, 1)
CANDIDATE = (0, 1, 0, 1, 0, 1, 1, 0)
CHAMPION = (0, 1, 1, 0, 1, 1, 0, 0)


@dataclass(frozen=True)
class Leftovers:
    """What `dossier.write` is given."""

    record: RunRecord
    evidence: Evidence
    judgement: Judgement
    sweep: SweepRef
    history: Path

    def given(self, **changes: Any) -> dict[str, Any]:
        return {**self.__dict__, **changes}


@pytest.fixture
def night(tmp_path: Path) -> Leftovers:
    dataset = _dataset(tmp_path / "data")
    evidence = Evidence(
        candidate=_measurements(tmp_path / "candidate", CANDIDATE, 0.75),
        champion=_measurements(tmp_path / "champion", CHAMPION, 0.5),
        dataset=dataset,
    )
    history = tmp_path / "history.json"
    history.write_text(json.dumps(_history()), encoding="utf-8")
    verdicts = _verdicts()
    judgement = Judgement(
        verdicts=verdicts,
        evidence_digest=evidence.digest,
        champion_version=2,
        digest=Judgement.compute_digest(verdicts, evidence.digest, 2),
    )
    return Leftovers(_record(verdicts), evidence, judgement, _sweep(), history)


def _dataset(folder: Path) -> DatasetRef:
    dataset = DatasetRef(
        project="sample", version=3, digest="d" * 64, path=folder, labels=LABELS, rows={"train": 56, "test": 8}
    )
    (folder / "split").mkdir(parents=True)
    (folder / "describe").mkdir()
    ids = [f"row-{place}" for place in range(8)]
    labels = [LABELS[label] for label in TRUTH]
    pd.DataFrame({"id": ids, "text": TEXTS, "label": labels}).to_parquet(dataset.split("test"))
    answers = pd.DataFrame({"id": ids, "label": labels, "predicted": ["negative"] * 8})
    answers.to_parquet(folder / "describe" / "baseline.parquet")
    report = {
        "baseline": {"naive_accuracy": 0.937, "honest_accuracy": 0.846},
        "licences": {"CC-BY-SA-4.0": {"rows": 1203, "obligations": ["share_alike"]}},
        "rules": {"too_long": {"stage": "clean", "rows": 1, "examples": [{"text": "a row in the quarantine"}]}},
    }
    (folder / "describe" / "report.json").write_text(json.dumps(report), encoding="utf-8")
    return dataset


def _measurements(folder: Path, answers: tuple[int, ...], accuracy: float) -> Measurements:
    folder.mkdir()
    frame = pd.DataFrame({"id": [f"row-{place}" for place in range(8)], "label": [LABELS[label] for label in TRUTH]})
    frame["predicted"] = [LABELS[answer] for answer in answers]
    frame["logit_negative"] = [0.5 + place / 10 if answer == 0 else -0.5 for place, answer in enumerate(answers)]
    frame["logit_positive"] = [0.5 + place / 10 if answer == 1 else -0.5 for place, answer in enumerate(answers)]
    frame.to_parquet(folder / "predictions.parquet")
    confusion = [[3, 1], [1, 3]]
    scores = {"precision": 0.75, "recall": 0.75, "f1": 0.75, "support": 4}
    found = {"labels": list(LABELS), "confusion": confusion, "per_class": dict.fromkeys(LABELS, scores)}
    (folder / "predictions.json").write_text(json.dumps(found), encoding="utf-8")
    metrics = {"accuracy": accuracy, "macro_f1": accuracy, "unknown_token_rate": 0.012, "latency_ms_p95": 3.2}
    sha256 = folder.name[0] * 64
    return Measurements(path=folder, digest=sha256, artifact_sha256=sha256, dataset_digest="d" * 64, metrics=metrics)


def _history() -> list[dict[str, float]]:
    records = [{"step": step, "loss": 0.7 * math.exp(-step / 60) + 0.05 * math.sin(step)} for step in range(1, 181)]
    records[89] |= {"score": 0.8}
    records[179] |= {"score": 0.86}
    return records


def _verdicts() -> tuple[Verdict, ...]:
    return (
        Verdict(
            gate="quality",
            outcome=Outcome.FAIL,
            measured=-0.01,
            limit=-0.02,
            bound=-0.03,
            samples=1702,
            reason="the candidate may be 3.0 points worse than the baseline, 2.0 are allowed",
            needs_more=800,
            details={"examples": [{"text": TEXTS[6], "label": "negative"}, "第二个", "third", "fourth is not shown"]},
        ),
        Verdict(
            gate="parity",
            outcome=Outcome.PASS,
            measured=0.002,
            limit=0.01,
            bound=0.005,
            samples=1702,
            reason="INT8 answers as torch does",
        ),
        Verdict(
            gate="fairness",
            outcome=Outcome.INCONCLUSIVE,
            measured=None,
            limit=None,
            bound=None,
            samples=0,
            reason="too few swaps",
            mode="warn",
        ),
    )


def _sweep() -> SweepRef:
    def trial(number: int, score: float | None, state: Any, history: Any, error: str = "") -> Trial:
        config: dict[str, float | int | str] = {
            "training.learning_rate": 10 ** -(2 + number / 2),
            "training.batch": "32",
        }
        return Trial(number=number, config=config, score=score, history=history, seconds=12.5, state=state, error=error)

    trials = (
        trial(0, 0.79, "completed", ((0.4, 0.7), (1.0, 0.79))),
        trial(1, 0.62, "pruned", ((0.4, 0.62),)),
        trial(2, 0.81, "completed", ((0.4, 0.75), (1.0, 0.81))),
        trial(3, None, "failed", (), "out of memory"),
    )
    return SweepRef(metric="accuracy", trials=trials, best=trials[2].config, best_score=0.81)


def _record(verdicts: tuple[Verdict, ...]) -> RunRecord:
    start = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    return RunRecord(
        run_id="20260301-020000-ab12",
        project="sample",
        status="refused",
        released=False,
        started_at=start,
        finished_at=start + timedelta(minutes=4),
        reason="quality: worse than the baseline",
        data_version=3,
        data_digest="d" * 64,
        rows={"read": 100, "empty": 1, "distinct_raw": 82, "duplicates": 15, "quarantined": 4, "kept": 80},
        model=RunModel(name="daybreak-sample", version=3, alias=None, sha256="c" * 64),
        base=BaseRef(source="daybreak/zh-mini", revision="1", weights_sha256="b" * 64, tokenizer_sha256="t" * 64),
        metrics={"accuracy": 0.75, "macro_f1": 0.75, "naive_accuracy": 0.937},
        verdicts=verdicts,
        timings={"sweep": 88.1, "train": 97.0, "total": 241.0},
        reused=("prepare",),
        mlflow={"run_id": "m1"},
        prefect={"flow_run_id": "p1"},
        commit="c0ffee",
    )
