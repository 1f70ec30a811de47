"""Which flow is a project's night: models of most recipes are released, others are trained and measured only."""

from pathlib import Path

from daybreak import recipes
from daybreak.errors import DaybreakError
from daybreak.params import load_params
from daybreak.projects import find_project, list_projects

RELEASING, TRAINING = "retrain-and-release", "train-model"


def of_projects(checkout: Path) -> dict[str, str]:
    """The flow of each project's nights, by name, the sample first; none for params that cannot be read just now."""
    found = {name: _is_released(checkout, name) for name in list_projects(checkout)}
    return {name: RELEASING if released else TRAINING for name, released in found.items() if released is not None}


def split(checkout: Path, flow: str) -> tuple[list[str], list[str]]:
    """The projects whose night this flow is; and those that have another one, if it is anybody's night at all."""
    found = of_projects(checkout)
    here = [name for name, night in found.items() if night == flow]
    return here, [name for name in found if name not in here] if flow in (RELEASING, TRAINING) else []


def why_unreleased(checkout: Path, name: str) -> str | None:
    """One sentence where a project's nights train and release nothing, None where they release."""
    if _is_released(checkout, name) is not False:
        return None
    recipe = _recipe(checkout, name)
    return f"{name} is trained by {TRAINING} each night, and not released: recipe {recipe} only trains and measures"


def _is_released(checkout: Path, name: str) -> bool | None:
    """None for params that cannot be read: that is a night's to complain about, and no reason to move its schedule."""
    try:
        return recipes.releasable(_recipe(checkout, name))
    except DaybreakError:
        return None


def _recipe(checkout: Path, name: str) -> str:
    return load_params(find_project(name, checkout).params_file).model.recipe
