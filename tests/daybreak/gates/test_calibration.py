"""The calibration gate."""

from collections.abc import Callable
from typing import Any

import pytest

from daybreak.gates.calibration import Params, check
from daybreak.records import Evidence, Outcome

Change = Callable[[str, Callable[[dict[str, Any]], None]], None]


@pytest.mark.parametrize(
    ("limit", "outcome"), [(0.05, Outcome.PASS), (0.02, Outcome.INCONCLUSIVE), (0.005, Outcome.FAIL)]
)
def test_the_bootstrap_decides(evidence: Evidence, limit: float, outcome: Outcome) -> None:
    verdict = check(evidence, Params(max_error=limit))
    assert verdict.outcome is outcome
    assert verdict.measured == pytest.approx(0.02)


def test_a_gap_is_never_negative(evidence: Evidence, change: Change) -> None:
    change("calibration", lambda found: found.update(error=0.01, resampled=[0.01] * 999))
    verdict = check(evidence, Params())
    assert verdict.measured == 0
    assert verdict.bound == pytest.approx(0.01)
