"""Opinions on measurements, one file each; a gate is discovered by its place in this folder."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def discover() -> dict[str, ModuleType]:
    """Every gate by name: the modules of this folder that define both `Params` and `check`."""
    modules = {info.name: import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)}
    return {
        name: module
        for name, module in sorted(modules.items())
        if hasattr(module, "check") and hasattr(module, "Params")
    }
