"""An encoder → ONNX by the TorchScript exporter, which is exact for those we ship."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from daybreak.errors import StepFailed
from daybreak.evaluation.parity import torch_logits
from daybreak.exporting.params import ExportingParams
from daybreak.exporting.source import CHECKED_ROWS, TOLERANCE, Source
from daybreak.inference import MODEL, Predictor
from daybreak.records import ArtifactRef
from daybreak.records.artifacts import Shippable

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS: tuple[Shippable, ...] = ("onnx-fp32", "onnx-fp16", "onnx-int8")
EXPORTER = "torchscript"
"""torch's newer default has shipped wrong graphs with a clean exit, and its graphs do not quantise."""


def describe(source: Source) -> dict[str, Any]:
    """Labels and lengths, as they are."""
    return source.description


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


def answers(source: Source, made: ArtifactRef) -> "NDArray[np.float32]":
    """Logits of the example texts, float32 [texts, labels]."""
    return Predictor.of(made, threads=1).predict(source.texts).logits


def check_answers(source: Source, made: ArtifactRef) -> None:
    """StepFailed unless the artifact answers the example texts as torch does, alone and in batches."""
    predictor = Predictor.of(made)
    for size in (1, 7, CHECKED_ROWS):
        for batch in predictor.batches(source.texts, size):
            gap = float(np.abs(predictor.logits(batch) - torch_logits(source.network, batch)).max())
            if not gap <= TOLERANCE:
                found = f"export: {made.kind} differs from torch by {gap:.2g} on a batch of {size}"
                raise StepFailed(found, f"at most {TOLERANCE:g}", "Report the architecture: its export is wrong")
