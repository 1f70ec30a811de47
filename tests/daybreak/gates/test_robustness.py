"""The robustness gate."""

from collections.abc import Callable
from typing import Any

from daybreak.gates.robustness import Params, check
from daybreak.records import Evidence, Outcome

Change = Callable[[str, Callable[[dict[str, Any]], None]], None]


def test_a_way_that_costs_much_fails_and_shows_what_it_broke(evidence: Evidence, change: Change) -> None:
    example = {"text": "房見很脏", "as_sent": "房间很脏", "label": "negative", "predicted": "positive"}
    change("robustness", lambda found: found["ways"]["typos"].update(lost=120, won=2, examples=[example]))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert "Accuracy under typos: -23.60 points on 500 test rows" in verdict.reason
    assert verdict.details["examples"] == [example]


def test_a_way_that_changes_few_rows_is_told_and_not_judged(evidence: Evidence, change: Change) -> None:
    change("robustness", lambda found: found["ways"]["case"].update(lost=20))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.PASS
    assert "Too few rows that these would change: case." in verdict.reason


def test_with_too_few_rows_altogether_it_stays_open(evidence: Evidence) -> None:
    verdict = check(evidence, Params(judged_from=501))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.needs_more == 1


def test_that_one_of_many_ways_failed_by_chance_is_reckoned_with(evidence: Evidence, change: Change) -> None:
    """Asked alone this loss breaks the limit; as the worst of seven it may be luck."""
    way = {"rows": 500, "before": 0.9, "after": 0.77, "lost": 70, "won": 6, "examples": []}
    change("robustness", lambda found: found.update(ways={"typos": way}))
    alone = check(evidence, Params())
    fine = {**way, "lost": 1, "won": 0}
    change("robustness", lambda found: found.update(ways={"typos": way, **{f"way {n}": fine for n in range(6)}}))
    together = check(evidence, Params())
    assert alone.outcome is Outcome.FAIL
    assert together.outcome is Outcome.INCONCLUSIVE


def test_no_more_rows_are_asked_for_than_are_ever_disturbed(evidence: Evidence, change: Change) -> None:
    open_ = {"rows": 250, "before": 0.9, "after": 0.82, "lost": 26, "won": 6, "examples": []}
    change("robustness", lambda found: found.update(most=500, rows=500, ways={"typos": open_}))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.needs_more is None
    assert "More test rows settle nothing, since about 250 are disturbed at most." in verdict.reason
    few = {**open_, "rows": 125, "lost": 10, "won": 2, "before": 0.9, "after": 0.836}
    change("robustness", lambda found: found.update(rows=125, ways={"typos": few}))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.needs_more is not None
    assert verdict.needs_more + 125 <= 500
