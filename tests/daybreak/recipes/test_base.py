"""The words of a signature."""

import pytest
from pydantic import ValidationError

from daybreak.recipes.base import Port, Signature


def test_named_axes_are_the_dynamic_ones() -> None:
    assert Port(name="x", dtype="int64", shape=("batch", 3, "length")).dynamic_axes == {0: "batch", 2: "length"}


def test_a_size_is_not_dynamic() -> None:
    assert Port(name="x", dtype="float32", shape=(1, 2)).dynamic_axes == {}


def test_only_what_exporters_can_write() -> None:
    with pytest.raises(ValidationError, match="dtype"):
        Port.model_validate({"name": "x", "dtype": "float16", "shape": (1,)})


def test_a_signature_survives_json() -> None:
    port = Port(name="x", dtype="int64", shape=("batch", 3))
    signature = Signature(inputs=(port,), outputs=(port,))
    assert Signature.model_validate_json(signature.model_dump_json()) == signature
