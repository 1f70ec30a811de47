"""A sweep that an earlier Daybreak wrote down is read, and no trial has a state of its own making."""

import pytest
from pydantic import ValidationError

from daybreak.records import SweepRef, Trial


def test_what_is_younger_has_a_default() -> None:
    trial = Trial(number=0, config={}, score=0.8, history=((1.0, 0.8),), seconds=2.0, state="completed")
    swept = SweepRef(metric="accuracy", trials=(trial,), best={}, best_score=0.8)
    assert (swept.direction, swept.importance, swept.origin, trial.retries) == ("max", {}, None, 0)
    assert SweepRef.model_validate_json(swept.model_dump_json()) == swept


def test_a_state_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="state"):
        Trial.model_validate({"number": 0, "config": {}, "score": None, "history": (), "seconds": 1.0, "state": "lost"})
