"""ONNX fp32 → fp16: half the size, for accelerators; inputs and outputs keep their types."""

import json
from pathlib import Path
from typing import Any

from daybreak.exporting.params import ExportingParams
from daybreak.exporting.source import Source
from daybreak.inference import MANIFEST, MODEL
from daybreak.records import ArtifactRef
from daybreak.records.artifacts import Shippable

KIND: Shippable = "onnx-fp16"
NOTE = "halving the precision"
FROM_REFERENCE = True


def write(source: Source, params: ExportingParams, folder: Path, reference: ArtifactRef | None) -> dict[str, Any]:
    """Write model.onnx in fp16 from the fp32 artifact; returns what the manifest says of it."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    assert reference is not None  # noqa: S101
    folder.mkdir(parents=True)
    model = convert_float_to_float16(onnx.load_model(reference.path / MODEL), keep_io_types=True)
    onnx.save_model(model, folder / MODEL)
    of_reference = json.loads((reference.path / MANIFEST).read_text(encoding="utf-8"))
    return {**{name: of_reference[name] for name in ("exporter", "opset")}, "fp32_sha256": reference.sha256}
