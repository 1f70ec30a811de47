"""How long the artifact takes to write a token, and to begin, on this machine: one text at a time and eight at once."""

from pathlib import Path
from typing import Any

import numpy as np

from daybreak.evaluation.subject import THREADS, Subject
from daybreak.evaluation.writing import asking

TOKENS = {1: 200, 8: 40}
"""Timed tokens by batch size. A 95 % bound on the 95th percentile needs 59 values."""

TEXTS = 10
WARM_UP = 2


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Milliseconds a token with a cache, those to the first one, prompt included, and tokens a second."""
    questions = asking.questions(subject, subject.test.head(TEXTS))
    longest = max(TOKENS.values())
    rows = [subject.generator.fit(each.prompt, longest, is_dialogue=each.is_dialogue) for each in questions]
    timed = {size: _milliseconds(subject, rows, size, tokens) for size, tokens in TOKENS.items()}
    first = [value for begun, _ in timed[1] for value in (begun,)]
    return {
        "threads": THREADS,
        "unit": "token",
        "first_token": {**_percentiles(first), "milliseconds": first},
        "batches": {str(size): _summary([each for _, one in found for each in one]) for size, found in timed.items()},
        "tokens_per_second": {
            str(size): size * 1000 / float(np.mean([each for _, one in found for each in one]))
            for size, found in timed.items()
        },
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    single = result["batches"]["1"]
    return {
        "latency_ms_p50": single["p50"],
        "latency_ms_p95": single["p95"],
        "first_token_ms_p50": result["first_token"]["p50"],
        "tokens_per_second": result["tokens_per_second"]["1"],
    }


def _milliseconds(subject: Subject, rows: list[list[int]], size: int, tokens: int) -> list[tuple[float, list[float]]]:
    """Of each run: the time to the first token, and of each one behind it."""
    texts = min(TEXTS, len(rows)) if size == 1 else 2
    found = []
    for run in range(WARM_UP + texts):
        batch = [rows[(run * size + place) % len(rows)] for place in range(size)]
        timed = subject.generator.time_tokens(batch, 1 + -(-tokens // texts))
        found.append((timed[0], timed[1:]))
    return found[WARM_UP:]


def _summary(values: list[float]) -> dict[str, Any]:
    return {**_percentiles(values), "milliseconds": values}


def _percentiles(values: list[float]) -> dict[str, float]:
    p50, p95 = np.quantile(values, [0.5, 0.95])
    return {"p50": float(p50), "p95": float(p95)}
