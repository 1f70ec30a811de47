"""ONNX beside torch, with a cache and without, alone and together."""

from typing import Any


def test_parity_holds_in_every_shape_with_a_cache_and_alone(told: Any) -> None:
    found = told("parity")
    assert found["unit"] == "tokens"
    assert found["shipped"] == "onnx-int8"
    assert found["onnx-fp32"]["flips"] == 0
    assert found["onnx-fp32"]["max_logit_difference"] < 1e-4
    assert found["cache"]["onnx-fp32"]["max_logit_difference"] < 1e-4
    assert {(each["batch"], each["length"]) for each in found["shapes"]} >= {(1, 1), (32, 8), (7, 64)}
    assert all(each["onnx-fp32"] < 1e-4 for each in found["shapes"])
    assert len(found["flipped"]) <= found["onnx-int8"]["flips"]
