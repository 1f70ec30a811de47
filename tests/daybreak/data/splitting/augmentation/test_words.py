"""Words of both languages, joined again to the same text; what negates and what it negates are not touched."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.data.splitting.augmentation.words import OWN, joined, movable, split, synonyms
from daybreak.errors import DataError


@given(st.text(max_size=40) | st.text(alphabet="这家酒店不很好don't no 1,5。<a> ", max_size=40))
@settings(max_examples=200, deadline=None)
def test_words_joined_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text


def test_both_languages_are_taken_apart() -> None:
    assert split("这家酒店very good，don't miss it") == [
        "这家", "酒店", "very", " ", "good", "，", "don't", " ", "miss", " ", "it",
    ]  # fmt: skip


def words(text: str) -> list[str]:
    said = split(text)
    return [said[place] for place in movable(said)]


def test_negations_numbers_and_placeholders_stay() -> None:
    assert words("服务不好，没有早餐") == ["服务"]
    assert words("it is not good, I won't come without 3 friends") == ["it", "is", "I", "friends"]
    assert words("call <phone> now, [姓名] 你好") == ["call", "now", "你好"]


def test_white_space_is_collapsed() -> None:
    assert joined(["a", " ", " ", "b", " "]) == "a b"


def test_our_own_synonyms_are_groups_of_both_languages() -> None:
    found = synonyms(Path(), None)
    assert "宾馆" in found["酒店"]
    assert "tidy" in found["clean"]
    assert len(OWN.read_text(encoding="utf-8").splitlines()) > 100


def test_a_file_of_synonyms_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("甲 乙 丙 # 说明\n\nCar automobile\n", encoding="utf-8")
    assert synonyms(tmp_path, "mine.txt") == {
        "甲": ("丙", "乙"),
        "乙": ("丙", "甲"),
        "丙": ("乙", "甲"),
        "car": ("automobile",),
        "automobile": ("Car",),
    }
    with pytest.raises(DataError, match=r"other.txt cannot be read.*Mend split.augment.synonym_file"):
        synonyms(tmp_path, "other.txt")
