"""How long the artifact takes to answer, on this machine, one text at a time and 32 at once."""

import time
from pathlib import Path
from typing import Any

import numpy as np

from daybreak.evaluation.subject import THREADS, Subject
from daybreak.inference import Predictor

CALLS = {1: 200, 32: 20}
"""Timed calls by batch size. A 95 % bound on the 95th percentile needs 59 values; 200 leave room for the odd pause."""

WARM_UP = 5


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Milliseconds of `predict`, tokenising included, over texts spread evenly through the test split."""
    timed = {size: _milliseconds(subject.predictor, subject.texts, size, calls) for size, calls in CALLS.items()}
    return {
        "threads": THREADS,
        "batches": {str(size): {**_percentiles(values), "milliseconds": values} for size, values in timed.items()},
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    single = result["batches"]["1"]
    return {"latency_ms_p50": single["p50"], "latency_ms_p95": single["p95"]}


def _milliseconds(predictor: Predictor, texts: list[str], size: int, calls: int) -> list[float]:
    found = []
    for call in range(WARM_UP + calls):
        batch = [texts[(call * size + place) * 7 % len(texts)] for place in range(size)]
        began = time.perf_counter()
        predictor.predict(batch, size)
        found.append(round((time.perf_counter() - began) * 1000, 4))
    return found[WARM_UP:]


def _percentiles(values: list[float]) -> dict[str, float]:
    p50, p95 = np.quantile(values, [0.5, 0.95])
    return {"p50": float(p50), "p95": float(p95)}
