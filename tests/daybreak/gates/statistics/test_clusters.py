"""Bounds on a share whose rows hang together, by simulation."""

import numpy as np
import pytest

from daybreak.gates.statistics import Bounds, clopper_pearson, clustered_share


def test_without_a_hit_each_cluster_counts_once() -> None:
    assert clustered_share([0] * 60, [30] * 60).high == pytest.approx(clopper_pearson(0, 60).high)


def test_independent_rows_count_almost_fully() -> None:
    draw = np.random.default_rng(17)
    hits = draw.binomial(30, 0.2, 80).tolist()
    found, naive = clustered_share(hits, [30] * 80), clopper_pearson(sum(hits), 2400)
    assert found.high - found.low < 1.4 * (naive.high - naive.low)


def test_clusters_that_agree_with_themselves_widen_the_bounds() -> None:
    found, naive = clustered_share([30] * 10 + [0] * 70, [30] * 80), clopper_pearson(300, 2400)
    assert found.high - found.low > 3 * (naive.high - naive.low)


def test_one_cluster_tells_nothing() -> None:
    assert clustered_share([1], [30]) == Bounds(0.0, 1.0)


@pytest.mark.parametrize(("share", "alike"), [(0.05, 0.5), (0.1, 2.0), (0.2, 5.0)])
def test_upper_bound_misses_at_most_one_time_in_twenty(share: float, alike: float) -> None:
    draw = np.random.default_rng(17)
    chances = draw.beta(share * alike, (1 - share) * alike, (400, 80))
    hits = draw.binomial(40, chances)
    missed = sum(clustered_share(row.tolist(), [40] * 80).high < share for row in hits)
    assert missed / 400 <= 0.05 + 2 * (0.05 * 0.95 / 400) ** 0.5
