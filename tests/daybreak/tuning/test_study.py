"""How a table of trials becomes an answer."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from daybreak.errors import StepFailed
from daybreak.records import SweepRef, Trial
from daybreak.tuning import study
from daybreak.tuning.aim import Aim
from daybreak.tuning.request import Request

State = Literal["completed", "pruned", "failed"]
MORE, LESS = Aim("accuracy", "max"), Aim("loss", "min")


@pytest.fixture
def request_(make_request: Callable[..., Request]) -> Request:
    return make_request()


def _trial(number: int, score: float | None, state: State = "completed", error: str = "") -> Trial:
    config: dict[str, float | int | str] = {"dropout": number / 10}
    return Trial(
        number=number, config=config, score=score, history=(), seconds=1.0, state=state, error=error, cpu_hours=0.5
    )


def _outcome(request: Request, *trials: Trial, aim: Aim = MORE, stopped: str = "") -> SweepRef:
    return study.outcome(request, aim, trials, stopped)


def test_the_best_is_the_best_of_those_that_ran_to_their_end(request_: Request) -> None:
    swept = _outcome(request_, _trial(1, 0.7), _trial(2, 0.8), _trial(3, 0.9, "pruned"))
    assert (swept.best, swept.best_score, swept.metric) == ({"dropout": 0.2}, 0.8, "accuracy")


def test_the_best_may_be_the_least(request_: Request) -> None:
    swept = _outcome(request_, _trial(1, 0.7), _trial(2, 0.8), aim=LESS)
    assert (swept.best, swept.best_score, swept.direction) == ({"dropout": 0.1}, 0.7, "min")


def test_of_equals_the_first(request_: Request) -> None:
    assert _outcome(request_, _trial(1, 0.8), _trial(2, 0.8)).best == {"dropout": 0.1}


def test_failures_stay_in_the_table_and_out_of_the_running(request_: Request) -> None:
    swept = _outcome(request_, _trial(1, None, "failed", "boom"), _trial(2, 0.0))
    assert swept.best_score == 0.0
    assert swept.trials[0].error == "boom"


def test_a_sweep_that_was_stopped_says_why_and_has_what_there_is(request_: Request) -> None:
    swept = _outcome(request_, _trial(1, 0.6, "pruned"), _trial(2, None, "pruned"), stopped="enough")
    assert (swept.best_score, swept.stopped, swept.cpu_hours) == (0.6, "enough", 1.0)


def test_all_failed_names_the_commonest_error_and_three_logs(request_: Request) -> None:
    failed = [_trial(number, None, "failed", "boom" if number > 1 else "odd") for number in range(1, 6)]
    message = r"sweep: all 5 trials failed, 4 with 'boom'.*trial-1\.log and .*trial-2\.log and .*trial-3\.log\."
    with pytest.raises(StepFailed, match=message):
        _outcome(request_, *failed)


def test_stopped_before_any_score_is_told(request_: Request) -> None:
    message = "sweep: no trial came to a score: tuning.budget.minutes of 1 was used up"
    with pytest.raises(StepFailed, match=message):
        _outcome(request_, _trial(1, None, "pruned"), stopped="tuning.budget.minutes of 1 was used up")


def test_ray_s_driver_does_not_pay_for_torch() -> None:
    code = "import sys, daybreak.tuning.study; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_member_s_weights_stay_behind_a_population(tmp_path: Path) -> None:
    for member in ("Trial_1", "Trial_2"):
        for number in (0, 1):
            put = tmp_path / "sweep" / member / f"checkpoint_00000{number}" / "step-8"
            put.mkdir(parents=True)
            (put / "model.safetensors").write_bytes(b"weights")
        (tmp_path / "sweep" / member / "result.json").write_text("{}", encoding="utf-8")
    study.drop_checkpoints(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["result.json"] * 2
    study.drop_checkpoints(tmp_path / "never made")
