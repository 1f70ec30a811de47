"""ONNX fp32: what torch answers, and what other kinds are made from."""

from pathlib import Path
from typing import Any

from daybreak.exporting.params import ExportingParams
from daybreak.exporting.source import Source
from daybreak.records import ArtifactRef
from daybreak.records.artifacts import Shippable

KIND: Shippable = "onnx-fp32"
NOTE = "tracing the model"
FROM_REFERENCE = False


def write(source: Source, params: ExportingParams, folder: Path, reference: ArtifactRef | None) -> dict[str, Any]:
    """Trace the network as its architecture asks."""
    return source.tracer.write(source, params, folder)
