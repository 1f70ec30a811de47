"""The search space: ranges of params.yaml as Optuna's distributions, and a drawn point put back into the params."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from daybreak.errors import ParamsError
from daybreak.recipes.params import ModelParams
from daybreak.training.params import TrainingParams
from daybreak.tuning.params import Range, TuningParams

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Point = Mapping[str, float | int | str]
Section = TypeVar("Section", bound=BaseModel)

MODEL = "model."  # what keys of the section `model` begin with; all others are keys of `training`
CONFIG = "model.config."  # its keys are those of the architecture, so any name may be one
# A sweep sets these itself: the length of a trial, its share of the machine, and what makes trials comparable.
FIXED = (
    "epochs", "threads", "seed", "seeds", "device", "spread", "processes", "patience", "metric", "spike",
    "detect_anomaly", "checkpoints", "model.recipe",
)  # fmt: skip


def distribution(drawn: Range) -> "BaseDistribution":
    """A dimension as Optuna's distribution; an integer range includes both of its ends."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if drawn.draw == "choice":
        return CategoricalDistribution(drawn.values)
    low, high = ends(drawn)
    if drawn.draw == "integer":
        return IntDistribution(int(low), int(high))
    return FloatDistribution(float(low), float(high), log=drawn.draw == "loguniform")


def draw(tuning: TuningParams, suggest: Callable[[str, Range], Any]) -> dict[str, float | int | str]:
    """One point: `suggest` is asked for each dimension whose conditions hold, those that it hangs on first."""
    point: dict[str, float | int | str] = {}
    for key, drawn in tuning.ordered.items():
        if is_active(drawn, point):
            point[key] = suggest(key, drawn)
    return point


def is_active(drawn: Range, point: Point) -> bool:
    """Whether the conditions of a dimension hold at a point."""
    return all(other in point and point[other] == value for other, value in drawn.when.items())


def apply(training: TrainingParams, best: Point) -> TrainingParams:
    """The params with a drawn point put in; ParamsError for a value that training does not allow."""
    changed = _put(training.model_dump(), {key: value for key, value in best.items() if not key.startswith(MODEL)})
    return _checked(TrainingParams, changed)


def apply_model(model: ModelParams, best: Point) -> ModelParams:
    """The model with a drawn point put in: its keys begin with `model.`; ParamsError for a value it does not allow.

    Another base than the model's own has neither its revision nor, unless it is from scratch, its sizes.
    """
    own = {key.removeprefix(MODEL): value for key, value in best.items() if key.startswith(MODEL)}
    tree = model.model_dump()
    if own.get("base", model.base) != model.base:
        tree["revision"] = None
        tree["config"] = tree["config"] if own["base"] == "scratch" else {}
    return _checked(ModelParams, _put(tree, own), MODEL)


def models(model: ModelParams, tuning: TuningParams) -> Iterator[ModelParams]:
    """The model on each base that the space may draw, at the revision that it may draw for it."""
    drawn = tuning.space.get("model.base")
    if drawn is None or not tuning.trials:
        yield model
        return
    for base in drawn.values:
        point: dict[str, float | int | str] = {"model.base": base}
        pinned = tuning.space.get("model.revision")
        revisions = pinned.values if pinned and is_active(pinned, point) else (None,)
        yield from (apply_model(model, point | ({"model.revision": each} if each else {})) for each in revisions)


def _put(tree: dict[str, Any], best: Point) -> dict[str, Any]:
    for dotted, value in best.items():
        *path, last = dotted.split(".")
        node = tree
        for key in path:
            node = node[key]
        node[last] = value
    return tree


def _checked(kind: type[Section], tree: dict[str, Any], prefix: str = "") -> Section:
    try:
        return kind(**tree)
    except ValidationError as error:
        wrong = error.errors()[0]
        key = prefix + ".".join(str(part) for part in wrong["loc"])
        reached = wrong["input"] if wrong["loc"] else "what does not fit together"
        words = wrong["msg"].removeprefix("Value error, ")
        raise ParamsError(
            f"tuning.space.{key} reaches {reached!r}" if wrong["loc"] else f"tuning.space: {words}",
            words[0].lower() + words[1:] if wrong["loc"] else "a space whose every point can be trained",
            "Narrow it",
        ) from None


def check(training: TrainingParams, model: ModelParams, tuning: TuningParams) -> None:
    """ParamsError unless every end of every range is something that is allowed there and a sweep may draw."""
    for key, drawn in tuning.space.items():
        if key in FIXED or key.partition(".")[0] in FIXED:
            found = f"tuning.space.{key} is what a sweep holds fixed"
            raise ParamsError(found, f"keys other than {', '.join(FIXED)}", f"Remove tuning.space.{key}")
        for end in drawn.values or ends(drawn):
            point = {**_conditions(tuning.space, key), key: end}
            apply(training, point)
            apply_model(model, point)


def unknown(tuning: TuningParams) -> str:
    """What is wrong with the first key that names nothing, "" if each is one of `training`, or of `model`."""
    known = [*_keys(TrainingParams), *(MODEL + key for key in _keys(ModelParams))]
    for key in sorted(tuning.space):
        if key not in known and not (key.startswith(CONFIG) and key != CONFIG):
            near = get_close_matches(key, known, 1)
            return f"tuning.space.{key}: not a key of training or of model" + (f"; nearest: {near[0]}" if near else "")
    return ""


def _keys(kind: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Dotted names of the values, not of the sections around them."""
    for name, field in kind.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _keys(inner, f"{prefix}{name}.")
        else:
            yield prefix + name


def start(training: TrainingParams, model: ModelParams, tuning: TuningParams) -> dict[str, float | int | str] | None:
    """The params' own point, so that a sweep also tries what it would replace; None if it lies outside the space."""
    here = {**training.model_dump(), "model": model.model_dump()}
    point: dict[str, float | int | str] = {}
    for key, drawn in tuning.ordered.items():
        if is_active(drawn, point):
            value = _look_up(here, key)
            if value is None or not is_within(value, drawn):
                return None
            point[key] = value
    return point


def _look_up(tree: Mapping[str, Any], dotted: str) -> Any:
    node: Any = tree
    for key in dotted.split("."):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def is_within(value: float | str, drawn: Range) -> bool:
    """Whether a range may give a value."""
    if drawn.draw == "choice":
        return value in drawn.values
    low, high = ends(drawn)
    return not isinstance(value, str) and low <= value <= high


def _conditions(space: Mapping[str, Range], key: str) -> dict[str, float | int | str]:
    """All that must hold for a dimension to be drawn, also of what its own conditions hang on."""
    held: dict[str, float | int | str] = {}
    for other, value in space[key].when.items():
        held |= {**_conditions(space, other), other: value}
    return held


def ends(drawn: Range) -> tuple[float, float] | tuple[int, int]:
    """Both ends of a range that is no choice."""
    low, high = drawn.low or 0.0, drawn.high or 0.0
    return (int(low), int(high)) if drawn.draw == "integer" else (low, high)
