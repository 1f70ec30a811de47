"""What a night does is had from one place, by the names of its steps."""

from daybreak import night
from daybreak.planning import ORDER

NAMES = {"evaluate": "measure", "evaluate-champion": "measure_champion"}


def test_each_step_of_a_plan_is_there_by_name() -> None:
    for step in ORDER[:-1]:
        assert callable(getattr(night, NAMES.get(step, step)))


def test_all_that_is_offered_is_there() -> None:
    assert all(hasattr(night, name) for name in night.__all__)
