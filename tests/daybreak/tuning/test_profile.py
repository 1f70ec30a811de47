"""Profiles tell data apart, and say nothing of their texts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from daybreak.records import DatasetRef
from daybreak.tuning import profile

Make = Callable[..., DatasetRef]


def _rows(texts: list[str], labels: list[str]) -> dict[str, list[str]]:
    return {"id": [str(place) for place in range(len(texts))], "text": texts, "label": labels}


def _profile(make_dataset: Make, folder: Path, texts: list[str], labels: list[str]) -> profile.Profile:
    return profile.of(make_dataset(folder, train=_rows(texts, labels)))


HOTEL = ["房间很干净，早餐不错", "前台服务态度很好", "the room was clean", "breakfast was lovely"] * 20
BOOKS = ["这本书的翻译很糟糕", "情节拖沓，人物单薄", "a dull plot", "well worth reading twice"] * 20
HALF = ["positive", "negative"] * 40


def test_like_data_are_alike_whatever_their_order(make_dataset: Make, tmp_path: Path) -> None:
    one = _profile(make_dataset, tmp_path / "one", HOTEL, HALF)
    other = _profile(make_dataset, tmp_path / "other", HOTEL[::-1], HALF)
    assert profile.distance(one, one) == 0
    assert profile.distance(one, other) < 0.05


def test_other_texts_and_other_labels_are_told(make_dataset: Make, tmp_path: Path) -> None:
    hotel = _profile(make_dataset, tmp_path / "hotel", HOTEL, HALF)
    assert profile.distance(hotel, _profile(make_dataset, tmp_path / "books", BOOKS, HALF)) > 0.5
    skewed = _profile(make_dataset, tmp_path / "skewed", HOTEL, ["positive"] * 60 + ["negative"] * 20)
    assert profile.distance(hotel, skewed) == pytest.approx(0.25)
    renamed = _profile(make_dataset, tmp_path / "renamed", HOTEL, ["good", "bad"] * 40)
    assert profile.distance(hotel, renamed) == pytest.approx(1.0)


def test_holds_counts_and_no_text(make_dataset: Make, tmp_path: Path) -> None:
    found = _profile(make_dataset, tmp_path / "data", HOTEL, HALF)
    profile.write(found, tmp_path / "profile.json")
    assert profile.read(tmp_path / "profile.json") == found
    assert "房" not in (tmp_path / "profile.json").read_text("utf-8")
    assert len(found.pairs) == profile.BUCKETS


def test_what_is_no_profile_is_none(tmp_path: Path) -> None:
    assert profile.read(tmp_path / "nowhere.json") is None
    (tmp_path / "other.json").write_text('{"data_version": 1, "labels": {}, "pairs": [1, 2]}', encoding="utf-8")
    assert profile.read(tmp_path / "other.json") is None


def test_dialogues_count_by_what_was_said(make_dataset: Make, tmp_path: Path) -> None:
    rows = {**_rows(["", ""], ["", ""]), "messages": ['[{"role": "user", "content": "你好"}]'] * 2}
    assert sum(profile.of(make_dataset(tmp_path / "data", train=rows)).pairs) > 40
