"""Rules, kinds of personal data, stages and languages have their words, in both languages."""

import re

from daybreak.data.describing import words
from daybreak.data.personal.replacing import PersonalParams
from daybreak.data.reading.licences import OBLIGATIONS


def in_both(told: str) -> bool:
    return bool(re.search("[一-鿿]", told) and re.search("[a-z]", told))


def test_what_stands_in_charts_is_named_in_both_languages() -> None:
    for names in (words.STAGES, words.SPLITS, words.LOSSES, words.LANGUAGES, words.ACTIONS):
        assert all(map(in_both, names.values()))


def test_every_rule_is_explained_in_both_languages() -> None:
    assert all(len(told) == 2 and in_both(" ".join(told)) for told in words.RULES.values())


def test_every_obligation_of_a_licence_is_told_in_both_languages() -> None:
    assert words.OBLIGATIONS.keys() == OBLIGATIONS.keys()
    assert all(in_both(" ".join(told)) for told in words.OBLIGATIONS.values())


def test_every_kind_of_personal_data_has_a_name() -> None:
    assert set(words.KINDS) == set(PersonalParams.model_fields) - {"series"}
