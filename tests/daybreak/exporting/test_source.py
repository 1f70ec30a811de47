"""What is exported, and the check of its answers."""

import pytest
import torch

from daybreak.errors import DataError, StepFailed
from daybreak.exporting.source import Source
from daybreak.records import ExportRef, ModelRef

TEXTS = ["房间很好", "服务很差，非常失望"]


def test_needs_two_texts(classifier: ModelRef) -> None:
    with pytest.raises(DataError, match="1 example texts; expected two or more"):
        Source.of(classifier, ["好"])


def test_no_size_of_the_example_is_one(classifier: ModelRef) -> None:
    ids, mask = Source.of(classifier, TEXTS).example()
    assert ids.shape == mask.shape == (2, 8)
    assert (ids[mask == 0] == 0).all()


def test_a_right_export_is_accepted(classifier: ModelRef, exported: ExportRef) -> None:
    Source.of(classifier, TEXTS).check_answers(exported.fp32)


class DroppedMask(torch.nn.Module):
    """A network whose export forgets the mask."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.network(input_ids, torch.ones_like(attention_mask) + 0 * attention_mask)


def test_a_wrong_export_is_caught(classifier: ModelRef, exported: ExportRef) -> None:
    source = Source.of(classifier, [*TEXTS, "好"])
    wrong = Source(source.ref, DroppedMask(source.network), source.texts, source.description)
    with pytest.raises(StepFailed, match="export: onnx-fp32 differs from torch by"):
        wrong.check_answers(exported.fp32)
