"""Bounds on a share, against published values and exactly."""

import numpy as np
import pytest
from scipy.stats import binom

from daybreak.gates.statistics import Bounds, clopper_pearson, rows_to_settle_share, wilson

Z = 1.6448536269514722


def test_292_of_300_are_needed_to_claim_95_percent() -> None:
    assert clopper_pearson(292, 300).low >= 0.95 > clopper_pearson(291, 300).low
    assert wilson(285, 300).low < 0.95


def test_no_failure_in_299_claims_less_than_one_percent() -> None:
    assert clopper_pearson(0, 299).high < 0.01 < clopper_pearson(0, 298).high


def test_one_sided_wilson_is_the_published_formula() -> None:
    hits, rows = 81, 263
    share, z2 = hits / rows, Z**2
    centre = (share + z2 / (2 * rows)) / (1 + z2 / rows)
    half = Z * (share * (1 - share) / rows + z2 / (4 * rows**2)) ** 0.5 / (1 + z2 / rows)
    assert wilson(hits, rows) == pytest.approx((centre - half, centre + half))


@pytest.mark.parametrize("bounds", [wilson, clopper_pearson])
def test_nothing_seen_is_nothing_known(bounds: object) -> None:
    assert bounds(0, 0) == Bounds(0.0, 1.0)  # type: ignore[operator]


@pytest.mark.parametrize("share", [0.01, 0.3, 0.85, 0.99])
def test_exact_bounds_miss_at_most_one_time_in_twenty(share: float) -> None:
    hits = np.arange(121)
    weight = binom.pmf(hits, 120, share)
    likely = [(int(h), w) for h, w in zip(hits, weight, strict=True) if w > 1e-6]
    assert sum(w for h, w in likely if clopper_pearson(h, 120).low > share) <= 0.05
    assert sum(w for h, w in likely if clopper_pearson(h, 120).high < share) <= 0.05


def test_that_many_rows_settle_about_four_times_in_five() -> None:
    rows = rows_to_settle_share(0.85, 0.83)
    assert rows is not None
    enough = next(hits for hits in range(int(0.83 * rows), rows) if wilson(hits, rows).low >= 0.83)
    assert binom.sf(enough - 1, rows, 0.85) == pytest.approx(0.8, abs=0.03)


def test_on_the_limit_no_number_settles_it() -> None:
    assert rows_to_settle_share(0.8, 0.8) is None
    assert rows_to_settle_share(0.8, 0.80001) is None
