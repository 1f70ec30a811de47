"""Of what a model is exported to, one artifact ships."""

import json
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


def test_an_export_of_a_former_night_is_read() -> None:
    base = BaseRef(source="scratch", revision="", weights_sha256="", tokenizer_sha256="t")
    model = ModelRef(path=Path("m"), recipe="classify", labels=("a", "b"), sha256="m", base=base, seed=17, metrics={})
    kinds = {"fp32": artifact("onnx-fp32"), "int8": artifact("onnx-int8")}
    former = {"model": model, **kinds, "exporter": "torchscript", "ship": "onnx-int8"}
    found = ExportRef.model_validate_json(json.dumps(former, default=lambda each: each.model_dump(mode="json")))
    assert (found.shipped, found.twin) == (kinds["int8"], kinds["fp32"])
