"""Edits change the share of words they are told, follow from the seed, and never touch what negates."""

import random
from collections import Counter

import pytest

from daybreak.data.splitting.augmentation import edits
from daybreak.data.splitting.augmentation.words import movable, split

SAID = split("这家酒店的房间不干净，服务员没有礼貌，早餐也很一般 but the location is not bad at all")
GROUPS = {"酒店": ("宾馆",), "房间": ("客房",), "but": ("yet",), "bad": ("poor", "awful")}


def chance() -> random.Random:
    return random.Random(3)


def test_words_are_replaced_by_synonyms() -> None:
    changed = edits.replace(SAID, GROUPS, 0.5, chance())
    differing = [(one, other) for one, other in zip(SAID, changed, strict=True) if one != other]
    assert len(differing) == 3
    assert all(other in GROUPS[one] for one, other in differing)
    assert edits.replace(["Bad"], {"bad": ("poor",)}, 0.1, chance()) == ["Poor"]
    assert edits.replace(SAID, {}, 0.5, chance()) == SAID


def test_swapping_keeps_every_word() -> None:
    changed = edits.swap(SAID, 0.2, chance())
    assert changed != SAID
    assert Counter(changed) == Counter(SAID)
    assert edits.swap(["好"], 0.2, chance()) == ["好"]


def test_deleting_takes_a_share_and_leaves_enough() -> None:
    assert len(SAID) - len(edits.delete(SAID, 0.2, chance())) == round(0.2 * len(movable(SAID)))
    assert edits.delete(split("很好吃"), 0.5, chance()) == split("很好吃")


@pytest.mark.parametrize("seed", range(20))
def test_what_negates_stays_where_it_is(seed: int) -> None:
    for changed in (edits.swap(SAID, 0.5, random.Random(seed)), edits.replace(SAID, GROUPS, 0.5, random.Random(seed))):
        for place, word in enumerate(SAID):
            if word in ("不", "没有", "not"):
                assert changed[place : place + 2] == SAID[place : place + 2]
    kept = edits.delete(SAID, 0.5, random.Random(seed))
    assert [word for word in SAID if word in ("不", "没有", "not")] == [
        word for word in kept if word in ("不", "没有", "not")
    ]


def test_the_same_seed_gives_the_same_words() -> None:
    assert edits.swap(SAID, 0.3, chance()) == edits.swap(SAID, 0.3, chance())
