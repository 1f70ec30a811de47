"""What a sweep aims at: the metric, and whether more of it is better."""

from typing import NamedTuple

from daybreak import recipes
from daybreak.errors import ParamsError
from daybreak.recipes.base import Direction
from daybreak.tuning.params import TuningParams

LOSS = "loss"  # measured beside every recipe's own metrics


class Aim(NamedTuple):
    """A metric of a recipe and its direction."""

    metric: str
    direction: Direction

    def is_better(self, score: float, than: float) -> bool:
        """Whether one score beats another; equals do not."""
        return score > than if self.direction == "max" else score < than


def find(recipe: str, tuning: TuningParams) -> Aim:
    """The aim of `tuning.metric`; ParamsError for one that the recipe does not measure."""
    measured = {**recipes.find(recipe).METRICS, LOSS: "min"}
    first = next(iter(measured))
    metric = tuning.metric or first
    if metric not in measured:
        found = f"tuning.metric is {metric!r}, which {recipe} does not measure"
        raise ParamsError(found, f"one of {', '.join(measured)}", f"Set tuning.metric to {first}")
    return Aim(metric, "min" if measured[metric] == "min" else "max")
