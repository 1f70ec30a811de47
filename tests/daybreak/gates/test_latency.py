"""The latency gate."""

from collections.abc import Callable
from typing import Any

import pytest

from daybreak.gates.latency import Params, check
from daybreak.records import Evidence, Outcome


@pytest.mark.parametrize(("limit", "outcome"), [(50.0, Outcome.PASS), (2.0, Outcome.FAIL)])
def test_the_bound_decides(evidence: Evidence, limit: float, outcome: Outcome) -> None:
    verdict = check(evidence, Params(max_ms_p95=limit))
    assert verdict.outcome is outcome
    assert " ms on 200 timed answers" in verdict.reason


def test_too_few_answers_decide_nothing(
    evidence: Evidence, change: Callable[[str, Callable[[dict[str, Any]], None]], None]
) -> None:
    change("latency", lambda found: found["batches"]["1"].update(milliseconds=[2.0] * 58))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.bound is None
