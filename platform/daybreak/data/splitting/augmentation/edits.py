"""Small changes of a text's words that leave what it says: replaced by synonyms, swapped, deleted."""

import random
from collections.abc import Mapping

from daybreak.data.splitting.augmentation.words import movable

REACH = 3  # words between two that are swapped, at the most
FEWEST = 3  # words that a text keeps


def replace(
    said: list[str], groups: Mapping[str, tuple[str, ...]], strength: float, chance: random.Random
) -> list[str]:
    """A share of the words, each by one of its synonyms; English keeps its capital."""
    places = [place for place in movable(said) if said[place].lower() in groups]
    changed = list(said)
    for place in chance.sample(places, min(len(places), _count(said, strength))):
        other = chance.choice(groups[said[place].lower()])
        changed[place] = other.capitalize() if said[place][0].isupper() else other
    return changed


def swap(said: list[str], strength: float, chance: random.Random) -> list[str]:
    """A share of the words, each with one that stands near it."""
    places = movable(said)
    changed = list(said)
    for _ in range(_count(said, strength) if len(places) > 1 else 0):
        first = chance.randrange(len(places))
        near = [each for each in range(max(0, first - REACH), min(len(places), first + REACH + 1)) if each != first]
        one, other = places[first], places[chance.choice(near)]
        changed[one], changed[other] = changed[other], changed[one]
    return changed


def delete(said: list[str], strength: float, chance: random.Random) -> list[str]:
    """Without a share of the words; a text of few words stays as it is."""
    places = movable(said)
    gone = set(chance.sample(places, max(0, min(len(places) - FEWEST, _count(said, strength)))))
    return [word for place, word in enumerate(said) if place not in gone]


def _count(said: list[str], strength: float) -> int:
    return max(1, round(strength * len(movable(said))))
