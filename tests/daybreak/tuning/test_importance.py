"""Which dimension mattered."""

import subprocess
import sys

import pytest

from daybreak.records import Trial
from daybreak.tuning import importance
from daybreak.tuning.aim import Aim
from daybreak.tuning.params import Range, TuningParams

SPACE = {
    "learning_rate": Range(draw="loguniform", low=1e-4, high=1e-2),
    "dropout": Range(draw="uniform", low=0.0, high=0.5),
    "adapter.rank": Range(draw="integer", low=1, high=8, when={"adapter.kind": "lora"}),
    "adapter.kind": Range(draw="choice", values=("none", "lora")),
}
TUNING, MORE = TuningParams(space=SPACE), Aim("accuracy", "max")


def _trial(number: int, first: float | None, last: float = 0.0) -> Trial:
    """Its first score is what its learning rate makes of it, its last one anything."""
    config: dict[str, float | int | str] = {"learning_rate": 10 ** (-4 + 2 * (number % 7) / 7)}
    config |= {"dropout": (number * 13 % 10) / 20, "adapter.kind": "none"}
    history = ((0.5, first), (1.0, last)) if first is not None else ()
    return Trial(number=number, config=config, score=last, history=history, seconds=1, state="completed")


def test_what_scores_hang_on_comes_first() -> None:
    trials = [_trial(number, (number % 7) / 7, last=0.5) for number in range(1, 22)]
    found = importance.of(TUNING, MORE, trials)
    assert next(iter(found)) == "learning_rate"
    assert found["learning_rate"] > 0.6
    assert sum(found.values()) == pytest.approx(1.0, abs=0.001)
    assert "adapter.rank" not in found, "no trial drew it"


@pytest.mark.parametrize(
    "trials",
    [
        [],
        [_trial(number, 0.1 * number) for number in (1, 2, 3)],
        [_trial(number, None) for number in range(1, 9)],
        [_trial(number, 0.5) for number in range(1, 9)],
    ],
)
def test_too_little_says_nothing(trials: list[Trial]) -> None:
    assert importance.of(TUNING, MORE, trials) == {}


def test_loading_ahead_waits_for_nothing_and_is_done_once() -> None:
    code = (
        "import sys, threading; from daybreak.tuning import importance; importance.load_ahead(); "
        "importance.load_ahead(); found = [each for each in threading.enumerate() if each.name == 'loading']; "
        "assert len(found) == 1; found[0].join(); sys.exit('optuna.importance' not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
