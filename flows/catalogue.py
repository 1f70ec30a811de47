"""The flows, found by their place: every module here that is named `verb_noun` holds the flow `verb-noun`."""

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

import flows
from daybreak.errors import BadInput

if TYPE_CHECKING:
    from prefect import Flow


def names() -> tuple[str, ...]:
    """Names of all flows as the Prefect UI shows them; imports none of them."""
    modules = (module.name for module in pkgutil.iter_modules(flows.__path__))
    return tuple(sorted(name.replace("_", "-") for name in modules if "_" in name.strip("_")))


def entrypoint(name: str) -> str:
    """Where a flow is imported from; BadInput for a flow that does not exist."""
    if name not in names():
        raise BadInput(f"there is no flow {name!r}", f"one of: {', '.join(names())}", "See daybreak run --help")
    module = name.replace("-", "_")
    return f"flows.{module}.{module}"


def load(name: str) -> "Flow[..., Any]":
    """The flow itself; BadInput for one that does not exist."""
    module, _, function = entrypoint(name).rpartition(".")
    found: Flow[..., Any] = getattr(importlib.import_module(module), function)
    return found
