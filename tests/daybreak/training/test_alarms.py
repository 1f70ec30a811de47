"""A training stops where its numbers say so, and the sentence has step, rows and the last good checkpoint."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from daybreak.errors import StepFailed
from daybreak.training.alarms import RECENT, SKIPPED, Alarm
from daybreak.training.params import TrainingParams

WINDOW = [np.array([3, 4]), np.array([5])]


def named(positions: NDArray[np.int64]) -> list[str]:
    return [f"row-{position}" for position in positions]


def alarm(**settings: object) -> Alarm:
    return Alarm(TrainingParams(**settings), named)  # type: ignore[arg-type]


def calm(made: Alarm, steps: int, loss: float = 1.0) -> None:
    for number in range(1, steps + 1):
        made.look(number, WINDOW, loss, 1.0, scaled=False)


@pytest.mark.parametrize(("loss", "norm"), [(float("nan"), 1.0), (float("inf"), 1.0), (0.5, float("nan"))])
def test_what_is_not_finite_stops_with_step_rows_and_checkpoint(loss: float, norm: float) -> None:
    made = alarm()
    made.last_good = "the last good checkpoint is /somewhere/step-000000020"
    with pytest.raises(StepFailed) as caught:
        made.look(37, WINDOW, loss, norm, scaled=False)
    assert str(caught.value) == (
        f"train: loss {loss:g}, gradient norm {norm:g} at step 37 on rows row-3, row-4, row-5; "
        "expected finite numbers; Lower training.learning_rate, or look at these rows; "
        "the last good checkpoint is /somewhere/step-000000020."
    )


def test_an_infinite_gradient_is_the_scalers_to_answer() -> None:
    alarm().look(1, WINDOW, 0.5, float("inf"), scaled=True)
    with pytest.raises(StepFailed):
        alarm().look(1, WINDOW, float("nan"), 1.0, scaled=True)


def test_of_many_rows_only_some_are_named() -> None:
    with pytest.raises(StepFailed, match=r"row-0, .*, row-7 and 92 more"):
        alarm().look(1, [np.arange(100)], float("nan"), 1.0, scaled=False)


def test_a_leap_of_the_loss_stops_where_it_was_asked_for() -> None:
    made = alarm(spike=3.0)
    calm(made, RECENT)
    made.look(RECENT + 1, WINDOW, 2.9, 1.0, scaled=False)
    with pytest.raises(StepFailed, match=r"loss 4 after a mean of 1\.095 at step 22.*at most 3 times the mean"):
        made.look(RECENT + 2, WINDOW, 4.0, 1.0, scaled=False)


def test_a_leap_that_nobody_asked_about_is_none() -> None:
    made = alarm()
    calm(made, RECENT)
    made.look(RECENT + 1, WINDOW, 1e9, 1.0, scaled=False)


def test_the_first_steps_are_no_measure() -> None:
    made = alarm(spike=2.0)
    calm(made, RECENT // 2 - 1)
    made.look(RECENT // 2, WINDOW, 10.0, 1.0, scaled=False)


def test_put_down_and_taken_up_it_remembers() -> None:
    first, second = alarm(spike=2.0), alarm(spike=2.0)
    calm(first, 2 * RECENT)
    second.restore(first.state())
    with pytest.raises(StepFailed):
        second.look(41, WINDOW, 2.1, 1.0, scaled=False)


def backward_of_a_nan() -> None:
    weight = torch.zeros(1, requires_grad=True)
    (torch.sqrt(weight) * 0).sum().backward()  # type: ignore[no-untyped-call]


@pytest.mark.filterwarnings("ignore:Error detected")
def test_an_anomaly_is_named_by_its_operation() -> None:
    with (
        pytest.raises(StepFailed, match="the gradient of SqrtBackward0 is not a number at step 5 on rows row-3"),
        alarm(detect_anomaly=True).anomalies(5, WINDOW),
    ):
        backward_of_a_nan()


def test_without_the_setting_nobody_looks() -> None:
    with alarm().anomalies(5, WINDOW):
        backward_of_a_nan()
    assert not torch.is_anomaly_enabled()


def test_other_errors_pass_through() -> None:
    with pytest.raises(RuntimeError, match="shape"), alarm(detect_anomaly=True).anomalies(5, WINDOW):
        raise RuntimeError("a wrong shape")
    assert not torch.is_anomaly_enabled()


def test_fp16_that_leaves_out_every_step_stops_and_one_that_recovers_goes_on() -> None:
    made = alarm(precision="fp16")
    made.last_good = "the last good checkpoint is /somewhere/step-000000020"
    for number in range(1, SKIPPED):
        made.look(number, WINDOW, 0.5, float("inf"), scaled=True)
    again = alarm(precision="fp16")
    again.restore(made.state())
    with pytest.raises(StepFailed, match=rf"left out {SKIPPED} steps in a row.*step {SKIPPED} on rows row-3.*bf16"):
        again.look(SKIPPED, WINDOW, 0.5, float("nan"), scaled=True)
    made.look(SKIPPED, WINDOW, 0.5, 1.0, scaled=True)
    for number in range(1, SKIPPED):
        made.look(SKIPPED + number, WINDOW, 0.5, float("inf"), scaled=True)
