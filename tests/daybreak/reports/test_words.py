"""Both languages say everything, and numbers are written for people."""

import re
from pathlib import Path

import pytest

from daybreak.records import Outcome
from daybreak.reports import words


def test_every_phrase_is_in_both_languages_with_the_same_blanks() -> None:
    for key, phrase in words.words().items():
        assert set(phrase) == {"en", "zh"}, key
        blanks = [sorted(re.findall(r"\{(\w+)\}", phrase[language])) for language in words.LANGUAGES]
        assert blanks[0] == blanks[1], key


def test_every_phrase_that_the_page_asks_for_exists() -> None:
    folder = Path(words.__file__).parent
    page = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.html"))
    asked, known = set(re.findall(r'\b(?:t|fact)\("(\w+)"', page)), set(words.words())
    begun = {each for each in asked if each.endswith("_")}
    assert asked - begun
    assert asked - begun <= known
    assert all(any(each.startswith(start) for each in known) for start in begun)


def test_every_outcome_and_status_has_words() -> None:
    known = set(words.words())
    assert {str(outcome) for outcome in Outcome} <= known
    assert {f"headline_{status}" for status in ("released", "refused", "held", "unchanged", "failed")} <= known


def test_every_axis_of_identity_has_words() -> None:
    from daybreak.evaluation.fairness import read_probes

    axes = {axis for probes in read_probes().values() for axis in probes["axes"]}
    assert {f"axis_{axis}" for axis in axes} <= set(words.words())


def test_an_unknown_key_stands_for_itself() -> None:
    assert words.both("latency_ms_p95") == {"en": "latency ms p95", "zh": "latency ms p95"}
    assert words.both("needs_more", count=3)["zh"] == "再有 3 个样本即可定论"


@pytest.mark.parametrize(
    ("value", "name", "written"),
    [
        (None, "accuracy", "–"),
        (0.8463, "accuracy", "84.6 %"),
        (0.8463, "honest_accuracy", "84.6 %"),
        (0.0123, "identity_flip_rate", "1.2 %"),
        (3.14159, "latency_ms_p95", "3.1 ms"),
        (12253, "", "12,253"),
        (12253.0, "", "12,253"),
        (0.001234567, "max_logit_difference", "0.001235"),
    ],
)
def test_numbers(value: float | None, name: str, written: str) -> None:
    assert words.number(value, name) == written


def test_sizes_and_durations() -> None:
    assert [words.size(4_200_000), words.size(900)] == ["4.2 MB", "1 kB"]
    assert [words.duration(3.21), words.duration(241)] == ["3.2 s", "4 min 1 s"]
    assert [words.measured(None), words.measured(0.0012345)] == ["–", "0.001234"]
