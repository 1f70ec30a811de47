"""Sentences of the planted set: as many in either language, each with one place for its datum."""

import string

import pytest

from daybreak.data.personal.sentences import CLEAN, PLANTED


def fields(pattern: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None]


def test_both_languages_plant_the_same_kinds() -> None:
    assert PLANTED["zh"].keys() == PLANTED["en"].keys()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_sentence_takes_one_datum(language: str) -> None:
    for patterns in PLANTED[language].values():
        assert len(patterns) >= 5
        assert all(fields(pattern) == [""] for pattern in patterns)


def test_chinese_sentences_plant_between_characters() -> None:
    for kind, patterns in PLANTED["zh"].items():
        beside = [pattern for pattern in patterns if "一" <= pattern[max(0, pattern.index("{}") - 1)] <= "鿿"]
        assert beside, kind


@pytest.mark.parametrize("language", ["zh", "en"])
def test_clean_sentences_are_many_and_full_of_numbers(language: str) -> None:
    assert len(set(CLEAN[language])) >= 45
    assert sum(bool(fields(pattern)) for pattern in CLEAN[language]) > 30
