"""The search space: ranges of params.yaml as Optuna's distributions, and a drawn point put back into the params."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from daybreak.errors import ParamsError
from daybreak.training.params import TrainingParams
from daybreak.tuning.params import Range, TuningParams

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Point = Mapping[str, float | int | str]

# A sweep sets these itself: the length of a trial, its share of the machine, and what makes trials comparable.
FIXED = ("epochs", "threads", "seed")


def distributions(space: Mapping[str, Range]) -> "dict[str, BaseDistribution]":
    """One Optuna distribution a dimension; an integer range includes both of its ends."""
    return {key: _distribution(drawn) for key, drawn in space.items()}


def _distribution(drawn: Range) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if drawn.draw == "choice":
        return CategoricalDistribution(drawn.values)
    low, high = _ends(drawn)
    if drawn.draw == "integer":
        return IntDistribution(int(low), int(high))
    return FloatDistribution(float(low), float(high), log=drawn.draw == "loguniform")


def apply(training: TrainingParams, best: Point) -> TrainingParams:
    """The params with a drawn point put in; ParamsError for a value that training does not allow."""
    try:
        return TrainingParams(**{**training.model_dump(), **best})
    except ValidationError as error:
        wrong = error.errors()[0]
        key = ".".join(str(part) for part in wrong["loc"])
        raise ParamsError(f"tuning.space.{key} reaches {wrong['input']!r}", wrong["msg"].lower(), "Narrow it") from None


def check(training: TrainingParams, tuning: TuningParams) -> None:
    """ParamsError unless every end of every range is something that training allows and a sweep may draw."""
    for key, drawn in tuning.space.items():
        if key in FIXED:
            found = f"tuning.space.{key} is what a sweep holds fixed"
            raise ParamsError(found, f"keys of training other than {', '.join(FIXED)}", f"Remove tuning.space.{key}")
        for end in drawn.values or _ends(drawn):
            apply(training, {key: end})


def start(training: TrainingParams, space: Mapping[str, Range]) -> dict[str, float | int | str] | None:
    """The params' own point, so that a sweep also tries what it would replace; None if it lies outside the space."""
    point = {key: getattr(training, key) for key in space}
    return point if all(_within(point[key], drawn) for key, drawn in space.items()) else None


def _within(value: float | str, drawn: Range) -> bool:
    if drawn.draw == "choice":
        return value in drawn.values
    low, high = _ends(drawn)
    return not isinstance(value, str) and low <= value <= high


def _ends(drawn: Range) -> tuple[float, float] | tuple[int, int]:
    low, high = drawn.low or 0.0, drawn.high or 0.0
    return (int(low), int(high)) if drawn.draw == "integer" else (low, high)
