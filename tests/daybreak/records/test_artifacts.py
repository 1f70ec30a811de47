"""Of what a model is exported to, one artifact ships."""

from pathlib import Path

import pytest
from vocabulary import artifact

from daybreak.records import BaseRef, ExportRef, ModelRef


@pytest.mark.parametrize("ship", ["onnx-int8", "onnx-fp32"])
def test_one_artifact_ships(ship: str) -> None:
    base = BaseRef(source="scratch", revision="", weights_sha256="", tokenizer_sha256="t")
    model = ModelRef(
        path=Path("m"), recipe="classify", labels=("negative", "positive"), sha256="m", base=base, seed=17, metrics={}
    )
    parts = {"model": model, "artifacts": (artifact("onnx-fp32"), artifact("onnx-int8")), "exporter": "torchscript"}
    found = ExportRef.model_validate({**parts, "ship": ship})
    assert found.shipped.kind == ship
    assert (found.twin is None) == (ship == "onnx-fp32")
