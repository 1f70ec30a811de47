"""How a table of trials becomes an answer."""

import subprocess
import sys
from typing import Literal

import pytest

from daybreak.errors import StepFailed
from daybreak.records import Trial
from daybreak.tuning import study

State = Literal["completed", "pruned", "failed"]


def _trial(number: int, score: float | None, state: State = "completed", error: str = "") -> Trial:
    config: dict[str, float | int | str] = {"dropout": number / 10}
    return Trial(number=number, config=config, score=score, history=(), seconds=1.0, state=state, error=error)


def test_the_best_is_the_best_of_those_that_ran_to_their_end() -> None:
    swept = study.outcome("accuracy", (_trial(1, 0.7), _trial(2, 0.8), _trial(3, 0.9, "pruned")))
    assert (swept.best, swept.best_score, swept.metric) == ({"dropout": 0.2}, 0.8, "accuracy")


def test_of_equals_the_first() -> None:
    assert study.outcome("accuracy", (_trial(1, 0.8), _trial(2, 0.8))).best == {"dropout": 0.1}


def test_failures_stay_in_the_table_and_out_of_the_running() -> None:
    swept = study.outcome("accuracy", (_trial(1, None, "failed", "boom"), _trial(2, 0.0)))
    assert swept.best_score == 0.0
    assert swept.trials[0].error == "boom"


def test_all_failed_names_the_commonest_error() -> None:
    failed = tuple(_trial(number, None, "failed", error) for number, error in enumerate(("odd", "boom", "boom")))
    with pytest.raises(StepFailed, match="sweep: all 3 trials failed, 2 with 'boom'"):
        study.outcome("accuracy", failed)


def test_ray_s_driver_does_not_pay_for_torch() -> None:
    code = "import sys, daybreak.tuning.study; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
