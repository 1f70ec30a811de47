"""Circumstances are named apart from outcomes, and a difference has a size."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from daybreak.records import RunRecord
from daybreak.reproducing import comparing
from daybreak.reproducing.past import Past

BASE = {"source": "some/base", "revision": "v1", "weights_sha256": "w", "tokenizer_sha256": "t"}
MODEL = {"path": "/nowhere", "sha256": "a" * 64, "base": BASE, "environment": {"threads": "1", "torch": "2.13.0"}}


@pytest.fixture
def past() -> Past:
    at: Any = "2026-01-01T00:00:00+00:00"
    record = RunRecord(run_id="r", project="p", status="held", released=False, started_at=at, finished_at=at)
    model = {**MODEL, "metrics": {"validation_accuracy": 0.5}}
    return Past(record, {"model": model}, {})


def _answer(metrics: dict[str, float] | None = None, **model: Any) -> dict[str, Any]:
    return {
        "model": {**MODEL, **model},
        "shipped": None,
        "metrics": metrics or {"validation_accuracy": 0.5},
        "code": {},
    }


def test_the_same_has_no_outcomes(past: Past) -> None:
    assert list(comparing.outcomes(past, _answer())) == []


def test_other_weights_and_metrics_are_outcomes_with_their_size(past: Past) -> None:
    found = list(comparing.outcomes(past, _answer({"validation_accuracy": 0.75, "new": 1.0}, sha256="b" * 64)))
    assert found == [
        "the trained model has SHA-256 bbbbbbbbbbbb, the run's had aaaaaaaaaaaa",
        "validation_accuracy is 0.75, the run's was 0.5, a difference of 0.25",
        "new is 1.0, the run's was None",
    ]


def test_threads_versions_and_base_are_circumstances(past: Past) -> None:
    now = _answer(environment={"threads": "2", "torch": "2.13.0", "peft": "1"}, base={**BASE, "revision": "v2"})
    assert [*comparing._surroundings(past, now), *comparing._base(past, now)] == [
        "threads is 2, the run's was 1",
        "peft is 1, the run's was not there",
        "the base model some/base has another revision",
    ]
    assert list(comparing._surroundings(past, _answer(environment={}))) == []


def _keep(folder: Path, **tensors: torch.Tensor) -> Path:
    folder.mkdir()
    save_file(tensors, folder / comparing.WEIGHTS)
    return folder


def test_the_distance_is_the_largest_and_the_norm_of_all(tmp_path: Path) -> None:
    then = _keep(tmp_path / "then", a=torch.tensor([3.0, 0.0]), b=torch.tensor([4.0]))
    now = _keep(tmp_path / "now", a=torch.tensor([3.0, 0.3]), b=torch.tensor([4.4]))
    found = comparing.distance(now, then)
    assert found == pytest.approx({"largest": 0.4, "relative": 0.1}, rel=1e-5)
    assert comparing.in_words(found) == "its weights lie 0.1 of their norm apart, no single one more than 0.4"


def test_weights_that_are_gone_or_of_another_shape_have_no_distance(tmp_path: Path) -> None:
    one = _keep(tmp_path / "one", a=torch.zeros(2))
    other = _keep(tmp_path / "other", a=torch.zeros(3))
    assert comparing.distance(one, tmp_path / "gone") == comparing.distance(one, other) == {}
    assert "is not known" in comparing.in_words({})
