"""Where news can go, one file each: a channel is discovered by its place, and its address is `notify_<name>`."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def discover() -> dict[str, ModuleType]:
    """Every channel by name: the modules of this folder that define `CHANNEL`."""
    modules = {info.name: import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)}
    return {name: module for name, module in sorted(modules.items()) if hasattr(module, "CHANNEL")}
