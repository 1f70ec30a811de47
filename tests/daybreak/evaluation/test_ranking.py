"""AUCs of groups are those of scikit-learn on the same pairs, and their intervals hold."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from daybreak.evaluation import ranking


def drawn(rows: int = 400, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores with ties, labels, and a group of a quarter of the rows."""
    chance = np.random.default_rng(seed)
    is_label, inside = chance.random(rows) < 0.4, chance.random(rows) < 0.25
    return np.round(chance.normal(is_label * 1.0), 1), is_label, inside


def test_they_are_the_pairs_that_borkan_and_others_compare() -> None:
    scores, is_label, inside = drawn()
    found = ranking.by_subgroup(scores, is_label, inside)
    chosen = {
        "subgroup": inside,
        "bpsn": (inside & ~is_label) | (~inside & is_label),
        "bnsp": (inside & is_label) | (~inside & ~is_label),
    }
    for kind, rows in chosen.items():
        assert found[kind]["auc"] == pytest.approx(roc_auc_score(is_label[rows], scores[rows]))
        assert found[kind]["positives"] + found[kind]["negatives"] == rows.sum()
        low, high = found[kind]["interval"]
        assert low < found[kind]["auc"] < high
    assert ranking.overall(scores, is_label)["auc"] == pytest.approx(roc_auc_score(is_label, scores))


def test_a_group_that_is_scored_too_low_shows_in_bnsp_alone() -> None:
    scores, is_label, inside = drawn(4000)
    found = ranking.by_subgroup(scores - 2.0 * inside, is_label, inside)
    before = ranking.by_subgroup(scores, is_label, inside)
    assert found["subgroup"] == before["subgroup"]
    assert found["bnsp"]["auc"] < before["bnsp"]["auc"] - 0.3
    assert found["bpsn"]["auc"] > before["bpsn"]["auc"]


def test_without_pairs_there_is_none() -> None:
    scores, is_label, inside = drawn()
    found = ranking.by_subgroup(scores, is_label, inside & is_label)
    assert found["subgroup"]["auc"] is None
    assert found["subgroup"]["interval"] == [0.0, 1.0]
    assert found["bnsp"]["auc"] is not None


def test_log_odds_rank_as_probabilities_do_and_keep_apart_what_rounds_to_one() -> None:
    logits = np.array([[0.0, 40.0], [0.0, 50.0], [3.0, 1.0]], dtype=np.float32)
    found = ranking.log_odds(logits)
    assert found[:, 1].tolist() == [40.0, 50.0, -2.0]
    three = ranking.log_odds(np.array([[1.0, 2.0, 3.0]], dtype=np.float32))
    chances = np.exp([1.0, 2.0, 3.0]) / np.exp([1.0, 2.0, 3.0]).sum()
    assert three[0] == pytest.approx(np.log(chances / (1 - chances)))


def test_the_interval_is_wilsons() -> None:
    from scipy.stats import binomtest

    expected = binomtest(17, 20).proportion_ci(0.95, "wilson")
    assert ranking.interval(17 / 20, 20) == pytest.approx([expected.low, expected.high])
    assert ranking.interval(1.0, 50)[1] == 1.0
    assert ranking.interval(0.0, 0) == [0.0, 1.0]


def test_no_scores_vary_more_than_the_interval_says() -> None:
    """Of 300 groups of 30 and 60 rows, at most 5 % have an AUC whose interval misses the truth."""
    chance = np.random.default_rng(11)
    truth = 0.7602  # of normal scores one standard deviation apart
    missed = 0
    for _ in range(300):
        scores = np.concatenate([chance.normal(1, size=30), chance.normal(0, size=60)])
        low, high = ranking.overall(scores, np.arange(90) < 30)["interval"]
        missed += not low <= truth <= high
    assert missed <= 15
