"""Tokens on disk: right, shared, and made once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from daybreak import recipes
from daybreak.errors import DataError
from daybreak.records import DatasetRef
from daybreak.testing.tiny import make_dialogues
from daybreak.training.bases import tokenizer
from daybreak.training.feeding import tokens
from daybreak.training.feeding.tokens import Tokens

RECIPE = recipes.find("classify")
LABELS = ("negative", "positive")
LEARNED = tokenizer.train(["很好很差 good bad"] * 2, 100, 32)


def _tokenise(split: Path, cache: Path, max_length: int = 32) -> Tokens:
    return tokens.tokenise(split, RECIPE, LABELS, tokenizer=LEARNED, max_length=max_length, cache=cache)


@pytest.fixture
def split(make_dataset: Callable[..., DatasetRef], tmp_path: Path) -> Path:
    rows = {"id": ["a", "b", "c"], "text": ["很好", "bad 很差", ""], "label": ["positive", "negative", "negative"]}
    return make_dataset(tmp_path / "data", train=rows).split("train")


def test_rows_stand_end_to_end(split: Path, tmp_path: Path) -> None:
    found = _tokenise(split, tmp_path)
    assert found.rows.tolist() == ["a", "b", "c"]
    assert found.targets.tolist() == [1, 0, 0]
    assert found.lengths.tolist() == [4, 7, 2]
    assert found.ids[found.offsets[1] : found.offsets[2]].tolist() == LEARNED("bad 很差")["input_ids"]
    assert isinstance(found.ids, np.memmap)


def test_made_once_for_the_same_text_and_anew_for_another_length(split: Path, tmp_path: Path) -> None:
    _tokenise(split, tmp_path)
    (made,) = (tmp_path / "tokens").iterdir()
    before = (made / "ids.npy").stat().st_mtime_ns
    _tokenise(split, tmp_path)
    assert (made / "ids.npy").stat().st_mtime_ns == before
    assert _tokenise(split, tmp_path, max_length=3).lengths.max() == 3
    assert len(list((tmp_path / "tokens").iterdir())) == 2


def test_many_at_once_leave_one_folder_and_nothing_aside(split: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: _tokenise(split, tmp_path), range(16)))
    assert len(list((tmp_path / "tokens").iterdir())) == 1
    assert all(np.array_equal(each.ids, found[0].ids) for each in found)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": ["a"], "text": ["很好"]}, "no column label; expected id, text and label"),
        ({"id": [], "text": [], "label": []}, "has no rows"),
        ({"id": ["a"], "text": ["很好"], "label": ["中立"]}, "label '中立'; expected one of negative, positive"),
    ],
)
def test_bad_splits_are_data_errors(
    make_dataset: Callable[..., DatasetRef], tmp_path: Path, columns: dict[str, list[str]], message: str
) -> None:
    made = make_dataset(tmp_path / "data", train=columns)
    with pytest.raises(DataError, match=message):
        _tokenise(made.split("train"), tmp_path)


def test_a_missing_split_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is missing; expected a prepared split; Run daybreak data prepare"):
        _tokenise(tmp_path / "train.parquet", tmp_path)


def test_what_was_cut_is_counted_and_told(split: Path, tmp_path: Path) -> None:
    assert _tokenise(split, tmp_path).remarks() == []
    found = _tokenise(split, tmp_path, max_length=3)
    assert found.cut.tolist() == [1, 4, 0]
    assert found.remarks() == ["2 of 3 rows were cut, which lost 38.5% of all tokens"]


def test_rows_with_nothing_to_learn_are_told_and_a_split_of_them_is_refused(tmp_path: Path) -> None:
    writes = recipes.find("generate")
    learned = tokenizer.train_bytes(["还有房吗"], 300, 256)
    dataset = make_dialogues(tmp_path / "data", rows=20)
    split = dataset.split("train")

    def tokenise(max_length: int) -> Tokens:
        return tokens.tokenise(split, writes, (), tokenizer=learned, max_length=max_length, cache=tmp_path)

    assert tokenise(256).remarks() == []
    with pytest.raises(DataError, match=r"nothing to learn within 8 tokens a row; .*Raise training.max_length"):
        tokenise(8)
    some = next(found for length in range(20, 120, 4) if (found := _or_none(partial(tokenise, length))))
    assert any(words.endswith("rows have nothing to learn") for words in some.remarks())


def _or_none(make: Callable[[], Tokens]) -> Tokens | None:
    try:
        return make()
    except DataError:
        return None
