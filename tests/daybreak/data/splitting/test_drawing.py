"""A draw is kept while most of it is there, so that a fit sees the same rows; what is small is looked at whole."""

from pathlib import Path

import pandas as pd
import pytest

from daybreak.data import tables
from daybreak.data.splitting import drawing


@pytest.fixture(autouse=True)
def sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "CHARACTERS", 500)
    monkeypatch.setattr(drawing, "WANTED", 300)


def rows(count: int, characters: int = 10, first: int = 0) -> pd.DataFrame:
    ids = [f"{place:016x}" for place in range(first, first + count)]
    return pd.DataFrame({"id": ids, "text": ["字" * characters] * count, "repeats": range(count)})


def test_a_small_corpus_is_looked_at_whole() -> None:
    assert drawing.draw(rows(50), None) is None
    assert drawing.draw(rows(50), drawing.draw(rows(51), None)) is None


def test_the_first_rows_by_id_are_drawn() -> None:
    drawn = drawing.draw(rows(100), None)
    assert drawn is not None
    assert drawn["id"].tolist() == rows(30)["id"].tolist()
    assert drawn["repeats"].tolist() == [*range(30)]
    assert set(drawn["of"]) == {100}


def test_new_rows_leave_a_draw_as_it_is() -> None:
    before = drawing.draw(rows(100, first=20), None)
    again = drawing.draw(rows(150).assign(repeats=99), before)
    assert before is not None
    assert again is not None
    assert again.reset_index(drop=True).equals(before.reset_index(drop=True))


def test_rows_that_went_leave_it_and_too_many_of_them_begin_anew() -> None:
    before = drawing.draw(rows(100), None)
    kept = drawing.draw(rows(100)[5:], before)
    assert kept is not None
    assert kept["id"].tolist() == rows(25, first=5)["id"].tolist()
    again = drawing.draw(rows(100)[7:], kept)
    assert again is not None
    assert again["id"].tolist() == rows(30, first=7)["id"].tolist()


def test_a_corpus_that_grew_is_drawn_from_anew() -> None:
    before = drawing.draw(rows(100, first=200), None)
    for count, drawn_anew in ((200, False), (201, True)):
        drawn = drawing.draw(pd.concat([rows(count - 100), rows(100, first=200)]), before)
        assert drawn is not None
        assert (set(drawn["of"]) == {count}) is drawn_anew


def test_a_draw_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert drawing.earlier(tmp_path) is None
    drawn = drawing.draw(rows(100), None)
    assert drawn is not None
    tables.write(drawn, tmp_path / drawing.FILE, drawing.DRAWN)
    read = drawing.earlier(tmp_path)
    assert read is not None
    assert read["id"].tolist() == drawn["id"].tolist()


def test_a_text_longer_than_all_that_is_wanted_is_drawn_alone() -> None:
    assert len(drawing.bounded(rows(3, characters=1000), 10)) == 1
