"""Bounds on metrics that are no means: against scipy and scikit-learn, and by simulation."""

import numpy as np
import pytest
from nights import slack
from scipy.stats import bootstrap

from daybreak.gates.statistics import by_cluster, f1_parts, macro_f1, perplexity, resampled_bounds, side_by_side
from daybreak.gates.statistics.resampling import FEWEST, MOST

LABELS = ["a", "b", "c"]


def answers(truth: np.ndarray, right: float, chance: np.random.Generator) -> np.ndarray:
    return np.where(chance.random(len(truth)) < right, truth, chance.choice(LABELS, len(truth)))


def two_sides(rows: int, seed: int = 17) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    truth = chance.choice(LABELS, rows, p=[0.6, 0.3, 0.1])
    return truth, answers(truth, 0.8, chance), answers(truth, 0.7, chance)


def test_macro_f1_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import f1_score

    truth, ours, theirs = two_sides(400)
    parts, metric = side_by_side(f1_parts(truth, ours, LABELS), f1_parts(truth, theirs, LABELS), macro_f1)
    expected = f1_score(truth, ours, average="macro") - f1_score(truth, theirs, average="macro")
    assert metric(parts.sum(axis=0)) == pytest.approx(expected)


def test_a_label_never_named_counts_as_nothing() -> None:
    assert macro_f1(f1_parts(["a", "b"], ["a", "b"], LABELS).sum(axis=0)) == pytest.approx(2 / 3)


def test_bounds_are_those_of_scipy() -> None:
    truth, ours, theirs = two_sides(200)
    parts, metric = side_by_side(f1_parts(truth, ours, LABELS), f1_parts(truth, theirs, LABELS), macro_f1)
    found = resampled_bounds(parts, metric, draws=9999)
    theirs_bounds = bootstrap(
        (np.arange(200),),
        lambda places, axis: metric(parts[places].sum(axis=-2)),
        vectorized=True,
        n_resamples=9999,
        batch=200,
        confidence_level=0.9,
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert found == pytest.approx(tuple(theirs_bounds), abs=0.004)


def test_the_same_seed_gives_the_same_bounds() -> None:
    parts = np.random.default_rng(17).random((100, 2))
    assert resampled_bounds(parts, perplexity, draws=200) == resampled_bounds(parts, perplexity, draws=200)
    assert resampled_bounds(parts, perplexity, draws=200) != resampled_bounds(parts, perplexity, draws=200, seed=1)


def test_pairing_narrows_the_bounds() -> None:
    """The same hard texts are hard for both sides."""
    chance = np.random.default_rng(17)
    hard = chance.gamma(2, 20, 300)
    sides = [np.stack([hard + chance.normal(0, 2, 300), np.full(300, 20.0)], axis=1) for _side in range(2)]
    paired = resampled_bounds(*side_by_side(*sides, perplexity))
    shuffled = resampled_bounds(*side_by_side(sides[0], chance.permutation(sides[1]), perplexity))
    assert paired.high - paired.low < 0.3 * (shuffled.high - shuffled.low)


def test_many_units_need_no_draws() -> None:
    values = np.random.default_rng(17).random((MOST, 2)) + 1
    drawn, counted = resampled_bounds(values, perplexity), resampled_bounds(np.tile(values, (2, 1)), perplexity)
    half = (drawn.high - drawn.low) / 2
    assert counted.high - counted.low == pytest.approx(2 * half / 2**0.5, rel=0.1)


def test_few_units_say_nothing() -> None:
    values = np.ones((FEWEST - 1, 2))
    assert resampled_bounds(values, perplexity) == (float("-inf"), float("inf"))


def test_sides_that_answer_alike_do_not_differ() -> None:
    truth, ours, _theirs = two_sides(100)
    parts = f1_parts(truth, ours, LABELS)
    assert resampled_bounds(*side_by_side(parts, parts, macro_f1)) == (0.0, 0.0)


def test_rows_of_one_prompt_are_drawn_together() -> None:
    values = np.random.default_rng(17).normal(size=(60, 1)).repeat(20, axis=0)
    clusters = np.repeat(np.arange(60), 20).tolist()
    summed = by_cluster(values, clusters)
    assert summed.shape == (60, 1)
    assert summed.sum() == pytest.approx(values.sum())

    def mean(sums: np.ndarray) -> np.ndarray:
        return sums[..., 0] / 1200

    wide, narrow = resampled_bounds(summed, mean), resampled_bounds(values, mean)
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_bounds_miss_at_most_about_one_time_in_twenty() -> None:
    """The true ratio of two sums is 2; log-normal parts are skewed, and percentiles would miss more often."""
    chance = np.random.default_rng(17)
    trials, missed = 300, [0, 0]
    for trial in range(trials):
        parts = chance.lognormal(0, 0.8, (80, 2)) * [2, 1]
        low, high = resampled_bounds(parts, lambda sums: sums[..., 0] / sums[..., 1], draws=499, seed=trial)
        missed[0] += low > 2
        missed[1] += high < 2
    assert max(missed) / trials <= 0.06 + slack(0.06, trials)
