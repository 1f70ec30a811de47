"""Opinions on measurements, one file each; a gate is discovered by its place in this folder, or in a project's own."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType


def discover(folder: Path | None = None) -> dict[str, ModuleType]:
    """Every gate by name: the modules of this room that define both `Params` and `check`, and those of `folder`.

    Raises TypeError for a file of ours that has only one of them, and PluginError for a file in `folder` that is not a
    whole gate: a gate that is not asked must not go unnoticed.
    """
    from daybreak.gates import plugins

    modules = {info.name: import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)}
    ours = {name: module for name, module in modules.items() if _is_gate(module)}
    return dict(sorted({**ours, **plugins.find(folder, modules)}.items()))


def _is_gate(module: ModuleType) -> bool:
    absent = [part for part in ("Params", "check") if not hasattr(module, part)]
    if len(absent) == 1:
        raise TypeError(f"{module.__file__} has no `{absent[0]}`; a gate has both `Params` and `check`.")
    return not absent
