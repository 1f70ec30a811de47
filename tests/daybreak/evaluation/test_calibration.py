"""Expected calibration error, against its definition and against chance."""

import json
from pathlib import Path

import numpy as np
import pytest

from daybreak.evaluation import calibration
from daybreak.evaluation.subject import Subject


def test_answers_as_often_right_as_sure_have_a_small_error() -> None:
    chance = np.random.default_rng(3)
    sure = chance.uniform(0.5, 1, 20_000)
    assert calibration.error(sure, chance.random(len(sure)) < sure) < 0.015


def test_boasting_shows_in_full() -> None:
    chance = np.random.default_rng(3)
    right = chance.random(20_000) < 0.7
    assert calibration.error(np.full(len(right), 0.9), right) == pytest.approx(0.2, abs=0.01)


def test_bins_hold_all_rows_and_numbers_are_json(subject: Subject, tmp_path: Path) -> None:
    found = calibration.measure(subject, tmp_path)
    json.dumps(found, allow_nan=False)
    assert sum(each["rows"] for each in found["bins"]) == found["rows"] == len(subject.texts)
    assert len(found["resampled"]) == calibration.DRAWS
    weighted = sum(each["rows"] * abs(each["accuracy"] - each["confidence"]) for each in found["bins"])
    assert found["error"] == pytest.approx(weighted / found["rows"], abs=1e-6)
    assert 0 <= found["brier"] <= 2
    assert calibration.measure(subject, tmp_path) == found
