"""The rooms' commands: argument shells that print what the rooms return. A module that stands here is found."""

from importlib import import_module
from pkgutil import iter_modules

from daybreak.cli.base import JsonOption, ProjectOption, app, show

__all__ = ["JsonOption", "ProjectOption", "app", "show"]

for found in iter_modules(__path__):
    import_module(f"{__name__}.{found.name}")
