"""The largest gap between groups: exact where it can be, by simulation where not."""

import numpy as np
import pytest
from nights import draw_groups, judge_groups, slack
from scipy.stats import norm, studentized_range

from daybreak.gates.statistics import gap_bounds, reach_p_value, rows_to_settle_gap
from daybreak.gates.statistics.gaps import chance_within, largest_reach, range_chance

CANDIDATES = 500


@pytest.mark.parametrize(("reach", "groups"), [(2.77, 2), (3.63, 4), (5.01, 20)])
def test_the_range_of_equal_groups_is_the_studentised_range(reach: float, groups: int) -> None:
    found = range_chance(reach, np.zeros(groups), np.ones(groups))
    assert found == pytest.approx(studentized_range.cdf(reach, groups, np.inf), abs=1e-6)


def test_two_groups_apart_have_a_closed_form() -> None:
    found = range_chance(1.0, np.array([0.0, 2.0]), np.array([1.0, 0.5]))
    error = 1.25**0.5
    assert found == pytest.approx(norm.cdf(3 / error) - norm.cdf(1 / error), abs=1e-6)
    assert found == pytest.approx(range_chance(1.0, np.array([2.0, 0.0]), np.array([0.5, 1.0])), abs=1e-6)


@pytest.mark.parametrize("sizes", [[100, 400, 900, 2500], [200] * 5, [100, 2000, 2000], [300, 300, 5000, 5000, 5000]])
def test_no_shares_with_that_gap_are_likelier_to_look_alike(sizes: list[int]) -> None:
    """Against many other places of the groups; the two smallest apart and the rest half-way is the worst."""
    draw = np.random.default_rng(17)
    worst = chance_within(0.05, 0.85, sizes, 0.1)
    for _trial in range(150):
        centres = 0.85 + 0.1 * draw.uniform(-0.5, 0.5, len(sizes))
        centres[draw.choice(len(sizes), 2, replace=False)] = 0.8, 0.9
        errors = np.sqrt(centres * (1 - centres) / sizes)
        assert range_chance(0.05, centres, errors) <= worst + 0.003


@pytest.mark.parametrize(("base", "size", "limit"), [(0.85, 400, 0.1), (0.95, 400, 0.05), (0.9, 1600, 0.05)])
def test_a_gap_at_the_limit_passes_one_time_in_twenty(base: float, size: int, limit: float) -> None:
    """In the worst case, two groups at the ends and eight half-way."""
    truths = [base + limit / 2, base - limit / 2, *[base] * 8]
    found = judge_groups(draw_groups(truths, size, 4000), size, limit, draws=99)
    assert found["PASS"] <= 0.05 + slack(0.05, 4000)


@pytest.mark.parametrize("size", [100, 400, 1600])
def test_twenty_equal_groups_rarely_fail(size: int) -> None:
    found = judge_groups(draw_groups([0.85] * 20, size, CANDIDATES), size, 0.05, draws=499)
    assert found["FAIL"] <= 0.05 + slack(0.05, CANDIDATES)


@pytest.mark.parametrize("base", [0.9, 0.95])
def test_twenty_equal_groups_of_1600_mostly_pass(base: float) -> None:
    found = judge_groups(draw_groups([base] * 20, 1600, CANDIDATES), 1600, 0.05, draws=99)
    assert found["PASS"] >= 0.8


@pytest.mark.parametrize("base", [0.85, 0.95])
def test_one_group_ten_points_worse_of_400_is_found(base: float) -> None:
    found = judge_groups(draw_groups([*[base] * 19, base - 0.1], 400, CANDIDATES), 400, 0.05, draws=499)
    assert found["PASS"] <= 0.05
    assert found["FAIL"] >= 0.8


def test_dealing_anew_is_exact_for_small_counts() -> None:
    """Three right of six in two groups of three: all on one side in 2 of 20 ways."""
    assert reach_p_value([3, 0], [3, 3]) == pytest.approx(0.1, abs=0.01)
    assert reach_p_value([3, 0], [3, 3]) == reach_p_value([3, 0], [3, 3])


def test_alike_groups_show_no_reach() -> None:
    assert reach_p_value([50, 50, 50], [60, 60, 60]) == 1.0


def test_a_small_groups_noise_does_not_hide_a_large_difference() -> None:
    assert reach_p_value([900, 800, 9], [1000, 1000, 12]) < 0.001


def test_bounds_hold_the_measured_gap() -> None:
    low, high = gap_bounds([900, 650], [1000, 1000])
    assert 0.2 < low < 0.25 < high < 0.3


@pytest.mark.parametrize("right", [[1600] * 3, [0] * 3, [1598] * 20])
def test_groups_that_are_all_right_may_still_differ_a_little(right: list[int]) -> None:
    low, high = gap_bounds(right, [1600] * len(right))
    assert low == 0
    assert 0 < high < 0.01


def test_bounds_and_furthest_reach_agree() -> None:
    reach = largest_reach(0.9, [1600] * 4, 0.05)
    within = round((0.9 - reach / 2) * 1600) + 2
    beyond = within - 4
    rest = [1440, 1440]
    assert gap_bounds([within, 2880 - within, *rest], [1600] * 4).high <= 0.05
    assert gap_bounds([beyond, 2880 - beyond, *rest], [1600] * 4).high > 0.05


@pytest.mark.parametrize("groups", [2, 20])
def test_that_many_rows_settle_four_times_in_five(groups: int) -> None:
    rows = rows_to_settle_gap(0.9, groups, 0.05)
    assert rows is not None
    found = judge_groups(draw_groups([0.9] * groups, rows, 2000), rows, 0.05, draws=99)
    assert found["PASS"] == pytest.approx(0.8, abs=0.04)


def test_a_gap_too_narrow_for_any_number_of_rows() -> None:
    assert rows_to_settle_gap(0.85, 3, 0.0005) is None
