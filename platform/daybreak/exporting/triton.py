"""A model repository for NVIDIA's Triton server: what ships, with a config.pbtxt that says how to ask it.

Its layout and fields are those of Triton's model configuration (server documentation, "Model Configuration").
"""

import json
import shutil
from pathlib import Path
from typing import Any

from daybreak.exporting.params import ExportingParams
from daybreak.inference import LABELS, MANIFEST, TOKENIZER
from daybreak.records import ArtifactRef

NAME = "daybreak"
VERSION = "1"
CONFIG, LABELS_FILE = "config.pbtxt", "labels.txt"
LARGEST_BATCH = 32
"""Rows of the largest batch that parity compares; Triton may put requests together up to it."""

TYPES = {"FLOAT": "TYPE_FP32", "FLOAT16": "TYPE_FP16", "INT64": "TYPE_INT64"}
TENSORRT = """optimization {
  execution_accelerators {
    gpu_execution_accelerator {
      name: "tensorrt"
      parameters { key: "precision_mode" value: "%s" }
    }
  }
}"""


def write(artifact: ArtifactRef, params: ExportingParams, folder: Path) -> Path:
    """Write `folder/daybreak/` with config, labels and version 1; gives the folder that Triton is pointed at.

    The artifact's tokenizer and manifest lie beside the config, for the client that turns text into ids and wants to
    know what it asks.
    """
    place = folder / NAME
    (place / VERSION).mkdir(parents=True)
    shutil.copyfile(artifact.path / artifact.main, place / VERSION / "model.onnx")
    for name in (TOKENIZER, LABELS, MANIFEST):
        shutil.copyfile(artifact.path / name, place / name)
    labels = json.loads((artifact.path / LABELS).read_text(encoding="utf-8"))["labels"]
    if labels:
        (place / LABELS_FILE).write_text("\n".join(labels) + "\n", encoding="utf-8")
    config = configure(artifact.path / artifact.main, params, has_labels=bool(labels))
    (place / CONFIG).write_text(config, encoding="utf-8")
    return folder


def configure(model: Path, params: ExportingParams, *, has_labels: bool) -> str:
    """The text of config.pbtxt: ports as the model has them, less the batch, which is Triton's to make."""
    import onnx

    graph = onnx.load_model(model, load_external_data=False).graph
    inputs = [_port(port) for port in graph.input]
    outputs = [_port(port, label=has_labels and port.name == "logits") for port in graph.output]
    parts = [
        f'name: "{NAME}"',
        'backend: "onnxruntime"',
        f"max_batch_size: {LARGEST_BATCH}",
        f"input [\n{_list(inputs)}\n]",
        f"output [\n{_list(outputs)}\n]",
        f"instance_group [ {{ count: 1 kind: {'KIND_GPU' if params.provider == 'cuda' else 'KIND_CPU'} }} ]",
    ]
    if not any(port.name.startswith("past.") for port in graph.input):
        parts.append("dynamic_batching { }")
    if params.tensorrt:
        parts.append(TENSORRT % ("FP16" if params.ship == "onnx-fp16" else "FP32"))
    return "\n".join(parts) + "\n"


def _port(port: Any, *, label: bool = False) -> str:
    import onnx

    tensor = port.type.tensor_type
    kind = TYPES[onnx.TensorProto.DataType.Name(tensor.elem_type)]
    sizes = [str(axis.dim_value) if axis.HasField("dim_value") else "-1" for axis in tensor.shape.dim[1:]]
    named = f' label_filename: "{LABELS_FILE}"' if label else ""
    return f'{{ name: "{port.name}" data_type: {kind} dims: [ {", ".join(sizes)} ]{named} }}'


def _list(parts: list[str]) -> str:
    return ",\n".join(f"  {part}" for part in parts)
