"""Every method makes as many texts as it is told, from rows chosen by hash, whatever their order."""

import random
from collections import Counter
from pathlib import Path

import pytest
from making import make_rows

from daybreak.data.splitting import augmentation
from daybreak.data.splitting.augmentation import AugmentParams, BackTranslation, Made, Source, augment, translating
from daybreak.params import ParamsError, load_params

SOURCES = [Source(f"r{place:03}", text, "mixed") for place, (text, _) in enumerate(make_rows(100))]


def told(made: list[Made], sources: list[Source]) -> set[tuple[str, str, int, str]]:
    return {(sources[each.position].id, each.method, each.number, each.text) for each in made}


def test_by_default_nothing_is_made() -> None:
    assert augment(SOURCES, AugmentParams(), 17, Path()) == []


def test_each_method_makes_its_share() -> None:
    params = AugmentParams(swap=0.5, delete=1.5, synonyms=0.2)
    made = augment(SOURCES, params, 17, Path())
    counts = Counter(each.method for each in made)
    assert counts["swap"] == pytest.approx(50, abs=5)
    assert counts["delete"] == 150
    assert 0 < counts["synonyms"] <= 20
    assert all(each.text != SOURCES[each.position].text for each in made)


def test_the_order_of_rows_plays_no_part_and_the_seed_does() -> None:
    params = AugmentParams(swap=0.5, delete=0.5)
    shuffled = random.Random(2).sample(SOURCES, len(SOURCES))
    first = told(augment(SOURCES, params, 17, Path()), SOURCES)
    assert told(augment(shuffled, params, 17, Path()), shuffled) == first
    assert told(augment(SOURCES, params, 18, Path()), SOURCES) != first


def test_texts_go_there_and_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []

    def translate(texts: list[str], folder: Path, prefix: str) -> list[str]:
        asked.append((folder.name, prefix, len(texts)))
        return [text if folder.name == "zh-en" else "" if "西安" in text else text.upper() for text in texts]

    monkeypatch.setattr(translating, "translate", translate)
    chinese = [Source(f"c{place}", text, "zh") for place, text in enumerate(["西安very", "成都good", "上海", "x" * 9])]
    back = BackTranslation(share=1, there="zh-en", back="en-zh", there_prefix="translate: ")
    made = augment([*SOURCES, *chinese], AugmentParams(back_translation=back), 17, tmp_path)
    assert asked == [("zh-en", "translate: ", 4), ("en-zh", "", 4)]
    assert {(each.method, each.text) for each in made} == {
        ("back_translation", "成都GOOD"),
        ("back_translation", "X" * 9),
    }


def test_one_translator_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("split: {augment: {back_translation: {there: a}}}\n", encoding="utf-8")
    with pytest.raises(ParamsError, match=r"split.augment.back_translation: there and back are two folders"):
        load_params(tmp_path / "params.yaml")


def test_nothing_is_chosen_of_nothing() -> None:
    assert augmentation.augment([], AugmentParams(swap=1, delete=1), 17, Path()) == []
