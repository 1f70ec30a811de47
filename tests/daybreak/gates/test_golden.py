"""The golden gate."""

from collections.abc import Callable
from typing import Any

from daybreak.gates.golden import Params, check
from daybreak.records import Evidence, Outcome

Change = Callable[[str, Callable[[dict[str, Any]], None]], None]
FAILED = {"text": "房间很脏", "label": "negative", "predicted": "positive", "why": "", "place": "data/golden/a.jsonl:3"}


def test_one_case_that_fails_is_enough(evidence: Evidence, change: Change) -> None:
    change("golden", lambda found: found.update(failed=[FAILED]))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert verdict.reason.startswith("Golden cases that do not hold: 1 on 20 cases; at most 0 is asked.")
    assert verdict.details["examples"] == [FAILED]
    assert check(evidence, Params(max_failed=1)).outcome is Outcome.PASS


def test_without_cases_there_is_nothing_to_judge(evidence: Evidence, change: Change) -> None:
    change("golden", lambda found: found.update(cases=0))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert verdict.code == "no_golden_cases"
    assert not verdict.blocks


def test_a_case_that_was_not_asked_is_no_promise_kept(evidence: Evidence, change: Change) -> None:
    change(
        "golden", lambda found: found.update(not_asked=2, unasked=["data/golden/a.jsonl:4", "data/golden/a.jsonl:9"])
    )
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "cannot be asked (data/golden/a.jsonl:4, data/golden/a.jsonl:9): 2 on 22 cases" in verdict.reason
    assert "A classifier is asked for one label, a model that writes for words" in verdict.reason
    change("golden", lambda found: found.update(cases=0))
    assert check(evidence, Params()).outcome is Outcome.INCONCLUSIVE
    change("golden", lambda found: found.update(cases=20, failed=[FAILED]))
    assert check(evidence, Params()).outcome is Outcome.FAIL
