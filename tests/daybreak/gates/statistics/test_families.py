"""Holm's adjustment, by hand and by simulation."""

import numpy as np
import pytest

from daybreak.gates.statistics import holm


def test_each_is_multiplied_by_the_questions_still_open() -> None:
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06})


def test_one_question_stays_as_it_is_and_none_exceeds_one() -> None:
    assert holm({"a": 0.03}) == {"a": 0.03}
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}


def test_a_family_without_any_effect_errs_at_most_one_time_in_twenty() -> None:
    drawn = np.random.default_rng(17).random((4000, 6))
    erred = [min(holm(dict(enumerate(row))).values()) <= 0.05 for row in drawn]  # type: ignore[arg-type]
    assert np.mean(erred) <= 0.05 + 3 * (0.05 * 0.95 / 4000) ** 0.5
