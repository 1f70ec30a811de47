"""Whether texts are of the kind that a judge was measured on."""

import numpy as np
import pytest

from daybreak.evaluation.judges.kinds import FEWEST, OFF_CENTRE, STRANGE, Kind

WORDS = 500


def texts(count: int, seed: int, tilt: float = 1.0) -> list[list[int]]:
    """Texts of words whose frequency falls with their number, the faster the larger `tilt`."""
    chance = np.random.default_rng(seed)
    shares = (1 + np.arange(WORDS)) ** -tilt
    return [chance.choice(WORDS, size=20, p=shares / shares.sum()).tolist() for _ in range(count)]


@pytest.fixture(scope="module")
def kind() -> Kind:
    return Kind.of(texts(2_000, 1), texts(500, 2), vocabulary=WORDS + 1)


def test_more_of_the_same_is_the_same(kind: Kind) -> None:
    found = kind.compare(texts(500, 3))
    assert found["same"]
    assert found["strange"] == pytest.approx(STRANGE, abs=0.04)
    assert abs(found["above_median"] - 0.5) < OFF_CENTRE


@pytest.mark.parametrize("tilt", [0.6, 1.6])
def test_other_words_are_another_kind(kind: Kind, tilt: float) -> None:
    """Rarer words are strange; only common ones are too tame."""
    assert not kind.compare(texts(500, 3, tilt))["same"]


def test_words_that_were_never_seen_are_the_strangest(kind: Kind) -> None:
    assert kind.compare([[WORDS] * 5] * FEWEST)["strange"] == 1.0


def test_few_texts_are_not_enough(kind: Kind) -> None:
    found = kind.compare(texts(FEWEST - 1, 4))
    assert (found["texts"], found["same"]) == (FEWEST - 1, False)


def test_texts_without_tokens_say_nothing(kind: Kind) -> None:
    assert kind.compare([[], []]) == {"texts": 0, "strange": None, "above_median": None, "same": False}
