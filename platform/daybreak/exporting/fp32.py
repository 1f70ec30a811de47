"""torch → ONNX fp32 by the TorchScript exporter, which is exact for the encoders we ship."""

import warnings
from pathlib import Path
from typing import Any

import torch

from daybreak.errors import StepFailed
from daybreak.exporting.params import ExportingParams
from daybreak.exporting.source import Source
from daybreak.inference import MODEL

EXPORTER = "torchscript"
"""torch's newer default has shipped wrong graphs with a clean exit, and its graphs do not quantise."""


def write(source: Source, params: ExportingParams, folder: Path) -> dict[str, Any]:
    """Write model.onnx with dynamic batch and length, checked by onnx; returns what the manifest says of it."""
    import onnx

    folder.mkdir(parents=True)
    path = folder / MODEL
    inputs, outputs = source.signature.inputs, source.signature.outputs
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            source.network,
            source.example(),
            path,
            dynamo=False,
            opset_version=params.opset,
            input_names=[port.name for port in inputs],
            output_names=[port.name for port in outputs],
            dynamic_axes={port.name: port.dynamic_axes for port in (*inputs, *outputs)},
        )
    try:
        onnx.checker.check_model(path, full_check=True)
    except onnx.checker.ValidationError as error:
        raise StepFailed(
            f"export: the graph is not valid ONNX: {error}", "a valid graph", "Try another opset"
        ) from None
    return {"exporter": EXPORTER, "opset": params.opset}
