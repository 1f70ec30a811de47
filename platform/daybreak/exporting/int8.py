"""ONNX fp32 → dynamic INT8: weights of every MatMul by channel, and the embedding tables."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from daybreak.inference import MODEL
from daybreak.records import ArtifactRef

OPERATORS = ("MatMul", "Gather")

REDUCE_RANGE = True
"""Weights in 7 bits. With 8, the AVX2 kernels saturate their 16-bit sums (onnxruntime#5849): other answers, silently,
than on a CPU with VNNI. With 7 the integer sums are exact on both classes, so that what is judged here is what serves
there; docs/gates.md has what the bit costs."""


def write(plain: ArtifactRef, folder: Path) -> dict[str, Any]:
    """Write model.onnx in INT8 from the fp32 artifact; returns what the manifest says of it."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True)
    with _without_advice():
        quantize_dynamic(
            plain.path / MODEL,
            folder / MODEL,
            op_types_to_quantize=list(OPERATORS),
            per_channel=True,
            reduce_range=REDUCE_RANGE,
            weight_type=QuantType.QInt8,
        )
    quantised = {"method": "dynamic", "operators": list(OPERATORS), "per_channel": True, "reduce_range": REDUCE_RANGE}
    return {"quantisation": quantised, "fp32_sha256": plain.sha256}


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
