"""The decision statistics against published values and by simulation."""

import numpy as np
import pytest
from scipy.stats import binom

from daybreak.gates.statistics import (
    Bounds,
    clopper_pearson,
    clustered_share,
    paired_difference,
    paired_score,
    quantile_bounds,
    rows_to_settle_difference,
    rows_to_settle_share,
    wilson,
)

Z = 1.6448536269514722


class TestShares:
    def test_292_of_300_are_needed_to_claim_95_percent(self) -> None:
        assert clopper_pearson(292, 300).low >= 0.95 > clopper_pearson(291, 300).low
        assert wilson(285, 300).low < 0.95

    def test_no_failure_in_299_claims_less_than_one_percent(self) -> None:
        assert clopper_pearson(0, 299).high < 0.01 < clopper_pearson(0, 298).high

    def test_one_sided_wilson_is_the_published_formula(self) -> None:
        hits, rows = 81, 263
        share, z2 = hits / rows, Z**2
        centre = (share + z2 / (2 * rows)) / (1 + z2 / rows)
        half = Z * (share * (1 - share) / rows + z2 / (4 * rows**2)) ** 0.5 / (1 + z2 / rows)
        assert wilson(hits, rows) == pytest.approx((centre - half, centre + half))

    @pytest.mark.parametrize("bounds", [wilson, clopper_pearson])
    def test_nothing_seen_is_nothing_known(self, bounds: object) -> None:
        assert bounds(0, 0) == Bounds(0.0, 1.0)  # type: ignore[operator]

    @pytest.mark.parametrize("share", [0.01, 0.3, 0.85, 0.99])
    def test_exact_bounds_miss_at_most_one_time_in_twenty(self, share: float) -> None:
        hits = np.arange(121)
        weight = binom.pmf(hits, 120, share)
        likely = [(int(h), w) for h, w in zip(hits, weight, strict=True) if w > 1e-6]
        assert sum(w for h, w in likely if clopper_pearson(h, 120).low > share) <= 0.05
        assert sum(w for h, w in likely if clopper_pearson(h, 120).high < share) <= 0.05


class TestPairedDifference:
    def test_without_a_discordant_pair_the_bounds_have_a_closed_form(self) -> None:
        edge = Z**2 / (44 + Z**2)
        assert paired_difference(0, 0, 44) == pytest.approx((-edge, edge), abs=1e-6)

    def test_swapping_sides_mirrors_the_bounds(self) -> None:
        ours, theirs = paired_difference(30, 12, 500), paired_difference(12, 30, 500)
        assert ours.low == pytest.approx(-theirs.high)
        assert ours.high == pytest.approx(-theirs.low)

    def test_bounds_are_where_the_score_meets_its_quantile(self) -> None:
        bounds = paired_difference(96, 110, 1720)
        assert paired_score(96, 110, 1720, bounds.low) == pytest.approx(Z, abs=1e-6)
        assert paired_score(96, 110, 1720, bounds.high) == pytest.approx(-Z, abs=1e-6)

    @pytest.mark.parametrize("counts", [(0, 0, 0), (1, 0, 1), (0, 5, 5), (5, 0, 5), (40, 0, 40)])
    def test_edges_stay_within_one(self, counts: tuple[int, int, int]) -> None:
        low, high = paired_difference(*counts)
        assert -1 <= low <= high <= 1

    @pytest.mark.parametrize("discordant", [0.04, 0.12, 0.2])
    def test_a_candidate_at_the_margin_passes_one_time_in_twenty(self, discordant: float) -> None:
        assert pass_rate(1720, discordant, -0.025, 0.025) <= 0.0505

    def test_an_equal_candidate_passes_nine_times_in_ten_at_the_default_margin(self) -> None:
        from daybreak.gates.quality import Params

        assert pass_rate(1720, 0.12, 0.0, Params().margin) >= 0.9


def pass_rate(rows: int, discordant: float, difference: float, margin: float) -> float:
    """Exact, by adding up all tables; share of nights in which the lower bound clears minus the margin."""
    total = 0.0
    for both in range(int(2 * rows * discordant) + 20):
        won = np.arange(both + 1)
        weight = binom.pmf(both, rows, discordant) * binom.pmf(won, both, (1 + difference / discordant) / 2)
        total += weight[paired_score(won, both - won, rows, -margin) > Z].sum()
    return float(total)


class TestClusters:
    def test_without_a_hit_each_cluster_counts_once(self) -> None:
        assert clustered_share([0] * 60, [30] * 60).high == pytest.approx(clopper_pearson(0, 60).high)

    def test_independent_rows_count_almost_fully(self) -> None:
        draw = np.random.default_rng(17)
        hits = draw.binomial(30, 0.2, 80).tolist()
        found, naive = clustered_share(hits, [30] * 80), clopper_pearson(sum(hits), 2400)
        assert found.high - found.low < 1.4 * (naive.high - naive.low)

    def test_clusters_that_agree_with_themselves_widen_the_bounds(self) -> None:
        found, naive = clustered_share([30] * 10 + [0] * 70, [30] * 80), clopper_pearson(300, 2400)
        assert found.high - found.low > 3 * (naive.high - naive.low)

    def test_one_cluster_tells_nothing(self) -> None:
        assert clustered_share([1], [30]) == Bounds(0.0, 1.0)

    @pytest.mark.parametrize(("share", "alike"), [(0.05, 0.5), (0.1, 2.0), (0.2, 5.0)])
    def test_upper_bound_misses_at_most_one_time_in_twenty(self, share: float, alike: float) -> None:
        draw = np.random.default_rng(17)
        chances = draw.beta(share * alike, (1 - share) * alike, (400, 80))
        hits = draw.binomial(40, chances)
        missed = sum(clustered_share(row.tolist(), [40] * 80).high < share for row in hits)
        assert missed / 400 <= 0.05 + 2 * (0.05 * 0.95 / 400) ** 0.5


class TestQuantiles:
    def test_59_values_are_needed_for_an_upper_bound(self) -> None:
        assert quantile_bounds(list(range(58)), 0.95).high == float("inf")
        assert quantile_bounds(list(range(59)), 0.95).high == 58

    def test_no_values_no_bounds(self) -> None:
        assert quantile_bounds([], 0.95) == Bounds(float("-inf"), float("inf"))

    def test_bounds_miss_at_most_one_time_in_twenty(self) -> None:
        draw = np.random.default_rng(17).random((2000, 200))
        bounds = [quantile_bounds(row.tolist(), 0.95) for row in draw]
        assert np.mean([bound.high < 0.95 for bound in bounds]) <= 0.06
        assert np.mean([bound.low > 0.95 for bound in bounds]) <= 0.06


class TestRowsToSettle:
    def test_that_many_rows_settle_about_four_times_in_five(self) -> None:
        rows = rows_to_settle_share(0.85, 0.83)
        assert rows is not None
        enough = next(hits for hits in range(int(0.83 * rows), rows) if wilson(hits, rows).low >= 0.83)
        assert binom.sf(enough - 1, rows, 0.85) == pytest.approx(0.8, abs=0.03)

    def test_a_paired_question(self) -> None:
        rows = rows_to_settle_difference(100, 110, 1720, -0.02)
        assert rows is not None
        assert pass_rate(rows, 210 / 1720, -10 / 1720, 0.02) == pytest.approx(0.8, abs=0.02)

    def test_on_the_limit_no_number_settles_it(self) -> None:
        assert rows_to_settle_share(0.8, 0.8) is None
        assert rows_to_settle_share(0.8, 0.80001) is None
