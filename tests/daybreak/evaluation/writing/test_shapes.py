"""Batches of every shape, of real tokens, padded on the left."""

import numpy as np

from daybreak.evaluation.writing import shapes
from daybreak.inference.generator import Generator
from daybreak.recipes import generate
from daybreak.records import ExportRef, ModelRef

STREAM = list(range(4, 40))


def test_every_shape_is_there_and_none_is_too_large(written: ExportRef) -> None:
    generator = Generator.of(written.of("onnx-fp32"), threads=1)
    found = [batch.input_ids.shape for batch in shapes.batches(generator, STREAM)]
    assert {length for _, length in found} == {1, 8, 64}
    assert {size for size, _ in found} == {1, 2, 7, 32}
    assert all(size * length <= shapes.TOKENS for size, length in found)


def test_of_every_second_row_the_first_third_is_padding(written: ExportRef) -> None:
    generator = Generator.of(written.of("onnx-fp32"), threads=1)
    batch = next(each for each in shapes.batches(generator, STREAM) if each.input_ids.shape == (7, 8))
    assert batch.attention_mask[1].tolist() == [0, 0, 1, 1, 1, 1, 1, 1]
    assert batch.attention_mask[::2].all()
    assert batch.position_ids[1].tolist() == [0, 0, 0, 1, 2, 3, 4, 5]


def test_differences_are_from_torch_by_shape(written: ExportRef, tiny_written: ModelRef) -> None:
    generators = {each.kind: Generator.of(each, threads=1) for each in written.artifacts}
    found = shapes.differences(generate.load_model(tiny_written), generators, STREAM)
    assert max(each["onnx-fp32"] for each in found) < 1e-4 < max(each["onnx-int8"] for each in found)
    assert np.isfinite([each["onnx-int8"] for each in found]).all()
