"""Opinions on measurements, one file each; a gate is discovered by its place in this folder."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def discover() -> dict[str, ModuleType]:
    """Every gate by name: the modules of this folder that define both `Params` and `check`.

    Raises TypeError for a file that has only one of them: a gate that is not asked must not go unnoticed.
    """
    modules = {info.name: import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)}
    return {name: module for name, module in sorted(modules.items()) if _is_gate(module)}


def _is_gate(module: ModuleType) -> bool:
    absent = [part for part in ("Params", "check") if not hasattr(module, part)]
    if len(absent) == 1:
        raise TypeError(f"{module.__file__} has no `{absent[0]}`; a gate has both `Params` and `check`.")
    return not absent
