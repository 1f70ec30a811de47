"""A true share seen through a judge who errs: estimates, bounds, and how often the bounds hold."""

import numpy as np
import pytest

from daybreak.gates.statistics import Bounds, double_sampled_share, narrower, true_share, true_share_bounds
from daybreak.gates.statistics.prevalence import Errors, of_several

GOOD = Errors(positives=2_000, detected=1_600, negatives=3_000, passed=2_910)


def test_a_judge_who_never_errs_is_believed() -> None:
    sure = Errors(1e9, 1e9, 1e9, 1e9)
    assert true_share(30, 1_000, sure) == pytest.approx(0.03, abs=1e-6)
    low, high = true_share_bounds(30, 1_000, sure)
    assert low < 0.03 < high
    assert high == pytest.approx(0.0402, abs=0.001)


def test_false_alarms_and_misses_are_taken_off() -> None:
    share = 0.1
    seen = share * GOOD.sensitivity + (1 - share) * (1 - GOOD.specificity)
    assert true_share(round(seen * 1e6), 1_000_000, GOOD) == pytest.approx(share, abs=1e-4)


def test_what_is_not_known_of_the_judge_widens_the_bound() -> None:
    little = Errors(20, 16, 30, 29)
    narrow, wide = true_share_bounds(100, 1_000, GOOD), true_share_bounds(100, 1_000, little)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_share_below_what_the_judge_resolves_does_not_clear_a_limit() -> None:
    """It alleges 3 % of what is clean: having seen nothing at all speaks for another judge, not for purity."""
    seen_nothing, seen_alarms = true_share_bounds(0, 5_000, GOOD), true_share_bounds(150, 5_000, GOOD)
    assert seen_nothing.high > 0.003
    assert seen_nothing.high == pytest.approx(seen_alarms.high, abs=0.002)


@pytest.mark.parametrize("errors", [Errors(100, 50, 100, 50), Errors(0, 0, 0, 0), Errors(100, 10, 100, 20)])
def test_a_judge_who_knows_nothing_bounds_nothing(errors: Errors) -> None:
    assert not errors.informs
    assert true_share_bounds(10, 100, errors) == Bounds(0.0, 1.0)


def test_no_rows_bound_nothing() -> None:
    assert true_share(0, 0, GOOD) == 0.0
    assert true_share_bounds(0, 0, GOOD) == Bounds(0.0, 1.0)


@pytest.mark.parametrize("share", [0.002, 0.01, 0.02, 0.05, 0.2])
@pytest.mark.parametrize(("sensitivity", "specificity"), [(0.8, 0.8), (0.6, 0.97), (0.9, 0.99)])
@pytest.mark.parametrize("reviewed", [None, 300])
def test_either_bound_errs_in_about_one_night_of_twenty(
    share: float, sensitivity: float, specificity: float, reviewed: int | None
) -> None:
    """Of 400 nights; `reviewed` rows are drawn as they come, so few of them are toxic. 1,000 nights: docs/judges.md."""
    chance, nights = np.random.default_rng(17), 400
    wrong = np.zeros(2)
    for _ in range(nights):
        positives = chance.binomial(reviewed, share) if reviewed else 2_000
        negatives = reviewed - positives if reviewed else 2_700
        errors = Errors(
            positives, chance.binomial(positives, sensitivity), negatives, chance.binomial(negatives, specificity)
        )
        seen = share * sensitivity + (1 - share) * (1 - specificity)
        low, high = true_share_bounds(int(chance.binomial(3_000, seen)), 3_000, errors)
        wrong += [low > share, high < share]
    assert (wrong / nights <= 0.085).all(), wrong / nights


def test_reviewed_rows_say_what_the_judge_overlooks() -> None:
    errors = Errors(positives=5, detected=1, negatives=345, passed=338)
    found = double_sampled_share(30, 1_000, errors)
    assert found == pytest.approx(0.03 * 1 / 8 + 0.97 * 4 / 342)
    assert double_sampled_share(30, 1_000, Errors(0, 0, 300, 300)) == pytest.approx(0.03)


def test_two_bounds_on_one_share_leave_what_both_allow() -> None:
    assert narrower(Bounds(0.0, 0.05), Bounds(0.01, 0.2)) == Bounds(0.01, 0.05)
    assert narrower(Bounds(0.0, 0.05), Bounds(0.1, 0.2)) == Bounds(0.0, 0.2)


def test_several_answers_pass_less_often_than_one() -> None:
    lot = of_several(GOOD, 10)
    assert lot.specificity == pytest.approx(GOOD.specificity**10, abs=1e-6)
    assert lot.sensitivity == GOOD.sensitivity
    assert of_several(GOOD, 1).specificity == pytest.approx(GOOD.specificity)
    one, ten = true_share_bounds(5, 100, GOOD), true_share_bounds(30, 100, lot)
    assert one.high - one.low < ten.high - ten.low
