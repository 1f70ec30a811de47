"""ONNX fp32 → dynamic INT8: weights of matrix products by channel, embedding tables by row."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from daybreak.exporting.params import ExportingParams
from daybreak.exporting.source import Source
from daybreak.inference import MANIFEST, MODEL
from daybreak.records import ArtifactRef
from daybreak.records.artifacts import Shippable

KIND: Shippable = "onnx-int8"
NOTE = "quantising to INT8"
FROM_REFERENCE = True

REDUCE_RANGE = True
"""Weights of matrix products in 7 bits. With 8, the AVX2 kernels saturate their 16-bit sums (onnxruntime#5849): other
answers, silently, than on a CPU with VNNI. With 7 the integer sums are exact on both classes, so that what is judged
here is what serves there; docs/gates.md has what the bit costs."""

METHOD = {"method": "dynamic", "matmul": "int8 by channel", "reduce_range": REDUCE_RANGE}
METHOD |= {"weight_bits": 7 if REDUCE_RANGE else 8, "embeddings": "int8 by row"}


def write(source: Source, params: ExportingParams, folder: Path, reference: ArtifactRef | None) -> dict[str, Any]:
    """Write model.onnx in INT8 from the fp32 artifact; returns what the manifest says of it."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    assert reference is not None  # noqa: S101
    folder.mkdir(parents=True)
    with _without_advice():
        quantize_dynamic(
            reference.path / MODEL,
            folder / MODEL,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=REDUCE_RANGE,
            weight_type=QuantType.QInt8,
        )
    _quantise_tables(folder / MODEL)
    of_plain = json.loads((reference.path / MANIFEST).read_text(encoding="utf-8"))
    facts = {name: of_plain[name] for name in ("exporter", "opset")}
    return {**facts, "quantisation": METHOD, "fp32_sha256": reference.sha256}


def _quantise_tables(path: Path) -> None:
    """Embedding tables as int8 with one fp16 scale a row.

    onnxruntime's own quantiser gives a table one scale for all of its rows; on the sample that one step made five
    times the flips of all the matrix products.
    """
    import onnx

    model = onnx.load_model(path)
    tables = {each.name: each for each in model.graph.initializer if _is_table(each)}
    nodes = []
    for node in model.graph.node:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        nodes.extend(_look_up(model.graph, node, table) if table else [node])
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    read = {name for node in nodes for name in node.input}
    for table in [table for table in tables.values() if table.name not in read]:
        model.graph.initializer.remove(table)
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, path)


def _is_table(tensor: Any) -> bool:
    import onnx

    return len(tensor.dims) == 2 and tensor.data_type == onnx.TensorProto.FLOAT


def _look_up(graph: Any, gather: Any, table: Any) -> list[Any]:
    """The nodes that read rows of the table and give them their scale; the tensors they need go into the graph."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    values = numpy_helper.to_array(table)
    scales = (np.abs(values).max(axis=1, keepdims=True) / 127).astype(np.float16)
    divisor = np.where(scales > 0, scales, 1).astype(np.float32)
    codes = np.clip(np.rint(values / divisor), -127, 127).astype(np.int8)
    name, ids, output = table.name, gather.input[1], gather.output[0]
    for part, array in (("codes", codes), ("scales", scales)):
        graph.initializer.append(numpy_helper.from_array(array, f"{name}.{part}"))
    read = [
        (
            helper.make_node("Gather", [f"{name}.{part}", ids], [f"{output}.{part}"], axis=0),
            helper.make_node("Cast", [f"{output}.{part}"], [f"{output}.{part}.float"], to=TensorProto.FLOAT),
        )
        for part in ("codes", "scales")
    ]
    scaled = helper.make_node("Mul", [f"{output}.codes.float", f"{output}.scales.float"], [output])
    return [*read[0], *read[1], scaled]


@contextmanager
def _without_advice() -> Iterator[None]:
    """onnxruntime's quantiser advises a preprocessing that changes nothing here, on the root logger."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(before)
