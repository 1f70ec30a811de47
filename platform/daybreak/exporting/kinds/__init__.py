"""What a model can be exported to, one file a kind, discovered by its place in this folder."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from pathlib import Path

    from daybreak.exporting.params import ExportingParams
    from daybreak.exporting.source import Source
    from daybreak.records import ArtifactRef
    from daybreak.records.artifacts import Shippable


class Kind(Protocol):
    """A module of this folder: the kind it writes, the note while it does, and whether it starts from fp32."""

    KIND: "Shippable"
    NOTE: str
    FROM_REFERENCE: bool

    def write(
        self, source: "Source", params: "ExportingParams", folder: "Path", reference: "ArtifactRef | None"
    ) -> dict[str, Any]:
        """Write the model's own files into the new `folder`; what the manifest says of them."""
        ...


def discover() -> Mapping[str, Kind]:
    """Every kind by its name."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    return {module.KIND: cast("Kind", module) for module in modules if hasattr(module, "KIND")}
