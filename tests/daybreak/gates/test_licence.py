"""The licence gate."""

from collections.abc import Callable
from typing import Any

from daybreak.gates.licence import Params, check
from daybreak.records import Evidence, Outcome

Change = Callable[[str, Callable[[dict[str, Any]], None]], None]


def _with(change: Change, name: str, rows: int, *, known: bool = True, obligations: tuple[str, ...] = ()) -> None:
    each = {"rows": rows, "known": known, "obligations": list(obligations)}
    change("licence", lambda found: found["licences"].update({name: each}))


def test_one_row_for_research_only_fails(evidence: Evidence, change: Change) -> None:
    _with(change, "CC-BY-NC-4.0", 1, obligations=("non_commercial",))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert "Name their licences in ingest.licences.deny" in verdict.reason
    assert check(evidence, Params(max_restricted=1)).outcome is Outcome.PASS


def test_rows_without_a_licence_are_told_and_limited(evidence: Evidence, change: Change) -> None:
    _with(change, "", 7000, known=False)
    assert check(evidence, Params()).outcome is Outcome.PASS
    verdict = check(evidence, Params(max_unknown_share=0.4))
    assert verdict.outcome is Outcome.FAIL
    assert "50.00 % on 14,000 training rows" in verdict.reason


def test_share_alike_is_told(evidence: Evidence, change: Change) -> None:
    _with(change, "CC-BY-SA-4.0", 30, obligations=("share_alike",))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.PASS
    assert "30 training rows are share-alike" in verdict.reason
