"""Repeated nights share one error."""

import pytest
from nights import false_alarms, slack

from daybreak.gates.statistics import alarm_level, confidence_at, permutations_for


def test_all_attempts_together_spend_one_error() -> None:
    spent = [1 - confidence_at(attempt) for attempt in range(1, 20_000)]
    assert sum(spent) == pytest.approx(0.05, abs=1e-5)
    assert sum(spent) < 0.05
    assert spent == sorted(spent, reverse=True)
    assert spent[0] == pytest.approx(0.0304, abs=1e-4)


def test_attempts_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="from 1, not 0"):
        confidence_at(0)


def test_an_alarm_can_be_reached_by_the_permutations_it_asks_for() -> None:
    level = alarm_level(90)
    draws = permutations_for(level)
    assert draws == 1799
    assert 1 / (draws + 1) <= level * (1 + 1e-9) < 1 / draws


@pytest.mark.parametrize("shared", [0.0, 0.5, 0.9])
def test_ninety_unchanged_nights_rarely_raise_an_alarm(shared: float) -> None:
    """Whether nights are independent or compare with one lucky reference."""
    assert false_alarms(90, 3000, shared=shared) <= 0.05 + slack(0.05, 3000)
