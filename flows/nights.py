"""Which flow is a project's night: models of most recipes are released, others are trained and measured only."""

from pathlib import Path

from daybreak import recipes
from daybreak.errors import DaybreakError
from daybreak.params import load_params
from daybreak.projects import find_project, list_projects

RELEASING, TRAINING = "retrain-and-release", "train-model"


def of_projects(checkout: Path) -> dict[str, str]:
    """The flow of each project's nights, by name, the sample first."""
    return {name: RELEASING if _unreleased(checkout, name) is None else TRAINING for name in list_projects(checkout)}


def split(checkout: Path, flow: str) -> tuple[list[str], list[str]]:
    """The projects whose night this flow is; and those that have another one, if it is anybody's night at all."""
    found = of_projects(checkout)
    here = [name for name, night in found.items() if night == flow]
    return here, [name for name in found if name not in here] if flow in (RELEASING, TRAINING) else []


def why_unreleased(checkout: Path, name: str) -> str | None:
    """One sentence where a project's nights train and release nothing, None where they release."""
    if (recipe := _unreleased(checkout, name)) is None:
        return None
    return f"{name} is trained by {TRAINING} each night, and not released: recipe {recipe} only trains and measures"


def _unreleased(checkout: Path, name: str) -> str | None:
    """The recipe, if its models are not released; params that nobody can read are a night's to complain about."""
    try:
        recipe = load_params(find_project(name, checkout).params_file).model.recipe
        return None if recipes.releasable(recipe) else recipe
    except DaybreakError:
        return None
