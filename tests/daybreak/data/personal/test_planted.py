"""The planted set: enough is found in both languages, next to nothing in vain."""

import pytest

from daybreak.data.personal import planted
from daybreak.data.personal.kinds import NAMES
from daybreak.data.personal.replacing import PersonalParams


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", NAMES)
def test_what_has_a_checksum_or_a_pattern_is_found(kind: str, language: str) -> None:
    measured = planted.measure(PersonalParams())["planted"][kind][language]
    assert measured["n"] == planted.EACH
    assert measured["recall"] >= 0.98


@pytest.mark.parametrize("dash", ["\u2010", "\u2011", "－"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_conversations_keep_wide_characters_and_none_hides_anything(language: str, dash: str) -> None:
    """A turn is normalised to NFC alone: what is planted there in full width must be found all the same."""
    wide = {sign: sign + 0xFEE0 for sign in range(0x21, 0x7F)} | {ord("-"): dash, ord(" "): "\u3000"}
    found: dict[str, list[bool]] = {}
    for kind, text, value in planted.planted(language):
        if kind in NAMES:
            found.setdefault(kind, []).append(
                planted._is_found(text.translate(wide), value.translate(wide), PersonalParams())
            )
    assert {kind for kind, each in found.items() if sum(each) / len(each) < 0.98} == set()


def test_false_alarms_are_at_most_one_in_a_thousand() -> None:
    measured = planted.measure(PersonalParams())
    assert all(each["sentences"] >= 900 for each in measured["false_alarms"].values())
    assert measured["false_alarms_per_1000"] <= 1


def test_names_and_addresses_are_measured_as_they_are() -> None:
    measured = planted.measure(PersonalParams())
    assert measured["not_looked_for"] == ["address", "name"]
    assert 0.3 < measured["planted"]["name"]["zh"]["recall"] < 1
    assert 0.3 < measured["planted"]["name"]["en"]["recall"] < 1


def test_the_tagger_finds_more_names() -> None:
    plain, tagged = (
        planted.measure(PersonalParams(name=name))["planted"]["name"]["zh"]["recall"] for name in ("keep", "mask")
    )
    assert tagged > plain + 0.2


def test_what_is_looked_for_names_included_raises_few_false_alarms() -> None:
    assert planted.measure(PersonalParams(name="mask", address="mask"))["false_alarms_per_1000"] <= 1


def test_the_set_is_the_same_every_time() -> None:
    assert list(planted.planted("zh")) == list(planted.planted("zh"))
    assert list(planted.without("en")) == list(planted.without("en"))
    assert all(value in text for _, text, value in planted.planted("en"))
