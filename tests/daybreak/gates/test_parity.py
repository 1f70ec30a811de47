"""The parity gate."""

from collections.abc import Callable
from typing import Any

import pytest

from daybreak.errors import DataError
from daybreak.gates.parity import Params, check
from daybreak.records import Evidence, Outcome

Change = Callable[[str, Callable[[dict[str, Any]], None]], None]


def flips(count: int) -> Callable[[dict[str, Any]], None]:
    return lambda found: found["onnx-int8"].update(flips=count, flip_rate=count / found["rows"])


def test_a_few_flips_pass_and_are_shown(evidence: Evidence) -> None:
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.PASS
    assert verdict.details["examples"][0]["text"] == "还行"


def test_many_flips_fail(evidence: Evidence, change: Change) -> None:
    change("parity", flips(60))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert "Set exporting.ship to onnx-fp32" in verdict.reason


def test_flips_near_the_limit_are_undecided(evidence: Evidence, change: Change) -> None:
    change("parity", flips(15))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.needs_more


def test_a_wrong_fp32_export_fails_without_any_flip(evidence: Evidence, change: Change) -> None:
    change("parity", lambda found: found["onnx-fp32"].update(max_logit_difference=0.4))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert verdict.measured == 0.4


def test_fp32_is_judged_by_its_own_flips_when_it_ships(evidence: Evidence, change: Change) -> None:
    change("parity", lambda found: found.update(shipped="onnx-fp32"))
    verdict = check(evidence, Params())
    assert verdict.measured == 0
    assert "onnx-fp32 changes" in verdict.reason


def test_a_difference_that_is_no_number_never_passes(evidence: Evidence, change: Change) -> None:
    change("parity", lambda found: found["shapes"][1].update({"onnx-fp32": float("nan")}))
    with pytest.raises(DataError, match="is not a number"):
        check(evidence, Params())


@pytest.mark.parametrize(("flips", "outcome"), [(4, Outcome.PASS), (60, Outcome.FAIL), (24, Outcome.INCONCLUSIVE)])
def test_labels_that_change_with_the_shape_of_the_batch(
    evidence: Evidence, change: Change, flips: int, outcome: Outcome
) -> None:
    def spread(found: dict[str, Any]) -> None:
        first, second = found["shapes"]
        first.update(rows=262, flips={"onnx-int8": flips, "onnx-fp32": 0})
        second.update(rows=262, flips={"onnx-int8": 0, "onnx-fp32": 0})

    change("parity", spread)
    verdict = check(evidence, Params())
    assert verdict.outcome is outcome
    assert "Labels that onnx-int8 changes in batches of 2 shapes" in verdict.reason
