"""Kinds of learning problem, one file each; a recipe is discovered by its place in this folder."""

from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from daybreak.errors import ParamsError
from daybreak.recipes.base import Recipe

_PARTS = ("METRICS", "BASE", "examples", "build", "answer", "loss", "weight", "observe", "metrics", "signature")


def discover() -> dict[str, Recipe]:
    """Every recipe by name: the modules of this folder that define all that a `Recipe` needs."""
    names = sorted(info.name for info in iter_modules(__path__) if not info.ispkg)
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {
        name: cast("Recipe", module)
        for name, module in modules.items()
        if all(hasattr(module, part) for part in _PARTS)
    }


def releasable(name: str) -> bool:
    """Whether models of that recipe are exported, judged and released; ParamsError for one that is not there."""
    return bool(getattr(find(name), "RELEASABLE", True))


def find(name: str) -> Recipe:
    """The recipe of that name; ParamsError naming the nearest one."""
    recipes = discover()
    if name not in recipes:
        near = get_close_matches(name, recipes, 1) or sorted(recipes)
        raise ParamsError(f"model.recipe is {name!r}", f"one of {', '.join(recipes)}", f"Set model.recipe to {near[0]}")
    return recipes[name]
