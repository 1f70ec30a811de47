"""Kinds are found by their place."""

from daybreak.exporting import decoder, encoder, kinds
from daybreak.records.artifacts import REFERENCE


def test_every_kind_is_found_by_its_name() -> None:
    found = kinds.discover()
    assert {"onnx-fp32", "onnx-fp16", "onnx-int8"} <= set(found)
    assert all(each.__name__.endswith(name.replace("-", "_")) for name, each in found.items())  # type: ignore[attr-defined]


def test_the_reference_alone_is_made_from_nothing() -> None:
    assert [name for name, each in kinds.discover().items() if not each.FROM_REFERENCE] == [REFERENCE]


def test_what_a_network_can_become_is_there() -> None:
    assert {*encoder.KINDS, *decoder.KINDS} <= set(kinds.discover())
