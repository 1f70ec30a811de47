"""The anchor: small losses do not add up, patience does not help, and luck does not raise it."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from nights import ROWS, live, live_by_gates, paired_pass_rate, slack

from daybreak.gates.anchor import MARGIN, against_anchor, against_champion, becomes_anchor, change, missing
from daybreak.gates.comparing import Pair
from daybreak.gates.parity import Params as Parity
from daybreak.gates.statistics import clopper_pearson, confidence_at
from daybreak.records import Outcome

HISTORIES = 600


def test_an_equal_candidate_passes_and_a_worse_one_does_not() -> None:
    assert against_anchor(Pair(100, 102, ROWS), margin=MARGIN).outcome is Outcome.PASS
    assert against_anchor(Pair(60, 160, ROWS), margin=MARGIN).outcome is Outcome.FAIL
    undecided = against_anchor(Pair(90, 115, ROWS), margin=MARGIN)
    assert undecided.outcome is Outcome.INCONCLUSIVE
    assert undecided.needs_more


def test_a_later_attempt_must_show_more() -> None:
    first, tenth = (against_anchor(Pair(100, 108, ROWS), margin=MARGIN, attempt=attempt) for attempt in (1, 10))
    assert first.outcome is Outcome.PASS
    assert tenth.outcome is Outcome.INCONCLUSIVE
    assert "(attempt 10 since the last release)" in tenth.sentence
    assert "--override --by NAME" in tenth.sentence


def test_no_rows_decide_nothing() -> None:
    assert against_anchor(Pair(0, 0, 0), margin=MARGIN).outcome is Outcome.INCONCLUSIVE


def test_only_a_proven_gain_raises_the_anchor() -> None:
    assert becomes_anchor(140, 90, 1)
    assert not becomes_anchor(110, 100, 1)
    assert becomes_anchor(125, 95, 1)
    assert not becomes_anchor(125, 95, 20)
    assert not becomes_anchor(0, 0, 1)


def test_ninety_equal_champions_rarely_raise_it() -> None:
    draw = np.random.default_rng(17)
    both = draw.binomial(ROWS, 0.12, (200, 90))
    won = draw.binomial(both, 0.5)
    raised = [
        any(becomes_anchor(int(w), int(b - w), night) for night, (w, b) in enumerate(zip(*row, strict=True), 1))
        for row in zip(won[:, ::9], both[:, ::9], strict=True)
    ]
    assert np.mean(raised) <= 0.05 + slack(0.05, 200)


@cache
def worst(step: float, *, below_champion: bool) -> Any:
    """The largest true loss of any champion in ninety nights that lose `step` each, by history."""

    def loss(night: int, level: Any) -> Any:
        return level + step if below_champion else 0 * level + step * (night + 1)

    return live(loss, 90, HISTORIES, margin=MARGIN)[1].max(axis=1)


@pytest.mark.parametrize("below_champion", [False, True])
def test_a_tenth_of_a_point_a_night_is_stopped_long_before_twice_the_margin(below_champion: bool) -> None:
    assert (worst(0.001, below_champion=below_champion) < 2 * MARGIN - 1e-9).all()
    assert np.quantile(worst(0.001, below_champion=below_champion), 0.95) < MARGIN


def test_half_a_point_a_night_is_refused_before_two_points() -> None:
    """Each night half a point lower than the one before: in 95 % of histories, as with everything."""
    assert (worst(0.005, below_champion=False) >= 0.02 - 1e-9).mean() <= 0.05 + slack(0.05, HISTORIES)


def test_ninety_patient_tries_half_a_point_below_the_champion_are_mostly_refused_too() -> None:
    """Each night half a point below whatever champion there is: 92 %, which is what the docs say."""
    assert (worst(0.005, below_champion=True) >= 0.02 - 1e-9).mean() <= 0.08 + slack(0.08, HISTORIES)


def test_an_equal_candidate_passes_the_statistical_gates_four_nights_in_five() -> None:
    """Quality against the anchor at its first attempt, and parity at 0.1 % of flips; the docs add the swaps."""
    flips = np.arange(40)
    allowed = [clopper_pearson(int(count), ROWS).high <= Parity().max_flip_rate for count in flips]
    from scipy.stats import binom

    parity = binom.pmf(flips, ROWS, 0.001)[allowed].sum()
    assert paired_pass_rate(0, 0.12, MARGIN, ROWS, confidence_at(1)) * parity >= 0.8


def test_a_model_at_the_margin_does_not_get_through_by_patience() -> None:
    """Thirty attempts of one that truly is at the limit: at most one history in twenty."""
    released, _levels = live(lambda _night, level: 0 * level + MARGIN, 30, HISTORIES, margin=MARGIN)
    assert released.any(axis=1).mean() <= 0.05 + slack(0.05, HISTORIES)


def test_without_sharing_the_error_it_would() -> None:
    released, _levels = live(lambda _night, level: 0 * level + MARGIN, 30, HISTORIES, margin=MARGIN, spending=False)
    assert released.any(axis=1).mean() > 0.2


def test_the_gates_own_code_decides_as_the_simulation_does() -> None:
    """Journal, anchor, attempts and the other gates, night after night: half a point a night gets nowhere."""
    found = live_by_gates(lambda night, _lost: 0.005 * (night + 1), 12, 8)
    assert found.lost.max() < 0.02
    assert found.released.mean() < 0.3
    assert not found.alarms.any()


def test_equal_nights_are_released_again_and_again_by_the_gates_own_code() -> None:
    found = live_by_gates(lambda _night, _lost: 0.0, 4, 12)
    assert found.released[:, 0].mean() >= 0.6
    assert (found.lost == 0).all()


def test_the_champion_is_held_against_without_a_margin() -> None:
    assert against_champion(Pair(100, 120, ROWS), unit="test rows").outcome is Outcome.PASS
    worse = against_champion(Pair(100, 160, ROWS), unit="test rows")
    assert worse.outcome is Outcome.FAIL
    assert "at best" in worse.sentence
    assert "no loss that chance does not explain is asked" in worse.sentence
    assert against_champion(Pair(0, 0, 0), unit="test rows").outcome is Outcome.INCONCLUSIVE


def test_what_a_release_makes_of_the_anchor() -> None:
    assert (change(Pair(140, 90, ROWS), 1), change(Pair(110, 100, ROWS), 1)) == ("raised", "kept")


def test_an_anchor_without_files_decides_nothing() -> None:
    finding = missing(3, MARGIN)
    assert finding.outcome is Outcome.INCONCLUSIVE
    assert "Bring its files back" in finding.sentence
