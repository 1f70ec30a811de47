"""What is exported, and the check of its answers."""

import pytest

from daybreak.errors import DataError
from daybreak.exporting.source import Source
from daybreak.records import ModelRef

TEXTS = ["房间很好", "服务很差，非常失望"]


def test_needs_two_texts(classifier: ModelRef) -> None:
    with pytest.raises(DataError, match="1 example texts; expected two or more"):
        Source.of(classifier, ["好"])


def test_no_size_of_the_example_is_one(classifier: ModelRef) -> None:
    ids, mask = Source.of(classifier, TEXTS).example()
    assert ids.shape == mask.shape == (2, 8)
    assert (ids[mask == 0] == 0).all()
