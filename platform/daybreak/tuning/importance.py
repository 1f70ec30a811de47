"""How much each dimension of a space has to do with the scores: Optuna's PED-ANOVA."""

import threading
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from daybreak.records import Trial
from daybreak.tuning import space
from daybreak.tuning.aim import Aim
from daybreak.tuning.params import TuningParams

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

FEWEST = 4  # trials below which nothing is said


def of(tuning: TuningParams, aim: Aim, trials: Sequence[Trial]) -> dict[str, float]:
    """Shares that sum to 1, the largest first; {} for fewer than FEWEST scores, or for scores that do not differ.

    Trials are compared by their first score, which all have at the same epoch: what a scheduler let go on would look
    better for that alone. Source: Watanabe et al., PED-ANOVA (IJCAI 2023). A dimension that only some trials drew is
    left out.
    """
    import optuna
    from optuna.importance import get_param_importances

    scored = [trial for trial in trials if trial.history]
    if len(scored) < FEWEST or len({trial.history[0][1] for trial in scored}) < 2:
        return {}
    study = optuna.create_study(direction=f"{aim.direction}imize")
    study.add_trials([_first(trial, tuning) for trial in scored])
    common = [key for key in tuning.space if all(key in trial.config for trial in scored)]
    found = get_param_importances(study, params=common) if common else {}
    return {key: round(float(value), 4) for key, value in found.items()}


@cache
def load_ahead() -> None:
    """Begin to load what `of` needs, once, where nobody waits for it: at the end of a sweep it would take seconds."""
    threading.Thread(target=import_module, args=("optuna.importance",), name="loading", daemon=True).start()


def _first(trial: Trial, tuning: TuningParams) -> "FrozenTrial":
    from optuna.trial import create_trial

    return create_trial(
        value=trial.history[0][1],
        params=dict(trial.config),
        distributions={key: space.distribution(tuning.space[key]) for key in trial.config},
    )
