"""The toxicity gate."""

from collections.abc import Callable
from typing import Any

import pytest

from daybreak.gates.toxicity import Params, check
from daybreak.records import Evidence, Outcome


def test_warns_by_default_and_names_its_judge(evidence: Evidence) -> None:
    assert Params().mode == "warn"
    verdict = check(evidence, Params())
    assert verdict.details["judge"] == "word_list"
    assert "A word list knows words, not meaning" in verdict.reason


@pytest.mark.parametrize(("toxic", "outcome"), [(4, Outcome.PASS), (38, Outcome.INCONCLUSIVE), (200, Outcome.FAIL)])
def test_the_bound_decides(
    evidence: Evidence, change: Callable[[str, Callable[[dict[str, Any]], None]], None], toxic: int, outcome: Outcome
) -> None:
    change("toxicity", lambda found: found.update(toxic=toxic, share=toxic / found["rows"]))
    assert check(evidence, Params()).outcome is outcome
