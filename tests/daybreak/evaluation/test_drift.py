"""New training texts against those a model learned: alike, another trade, or too few to say."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from making import make_rows

from daybreak import digests
from daybreak.evaluation import drift
from daybreak.evaluation.subject import Subject
from daybreak.records import DatasetRef

FORMAL = "兹就上述合同第{}条之履行事宜，特此函告贵司，并请于收讫后书面确认。"


def rows(texts: Sequence[str], source: str = "here") -> pd.DataFrame:
    ids = [digests.of_value(each) for each in texts]
    return pd.DataFrame({"id": ids, "text": texts, "label": "positive", "source": source})


@pytest.fixture
def older(subject: Subject, copied: DatasetRef, tmp_path: Path) -> Subject:
    """A champion that learned 300 reviews."""
    path = tmp_path / "older.parquet"
    rows([text for text, _label in make_rows(300, seed=5)]).to_parquet(path)
    return replace(subject, dataset=copied, model=None, twin=None, learned=path)


def teach_tonight(older: Subject, *more: pd.DataFrame) -> None:
    assert older.learned is not None
    pd.concat([pd.read_parquet(older.learned), *more]).to_parquet(older.dataset.split("train"))


def test_the_same_rows_leave_nothing_to_compare(older: Subject, tmp_path: Path) -> None:
    teach_tonight(older)
    found = drift.measure(older, tmp_path)
    assert (found["known"], found["learned"], found["added"], found["p_value"]) == (True, 300, 0, None)
    assert drift.headlines(found) == {}


def test_more_of_the_same_is_no_drift(older: Subject, tmp_path: Path) -> None:
    teach_tonight(older, rows([text for text, _label in make_rows(150, seed=6)]))
    found = drift.measure(older, tmp_path)
    assert found["added"] == 150
    assert found["p_value"] > 1 / 1800
    assert found["effect"] < 0.7


def test_another_kind_of_text_is_found_and_shown(older: Subject, tmp_path: Path) -> None:
    teach_tonight(older, rows([FORMAL.format(number) for number in range(60)]))
    found = drift.measure(older, tmp_path)
    assert found["p_value"] == pytest.approx(1 / 1800)
    assert found["effect"] > 0.95
    assert len(found["typical"]) == 3
    assert "特此函告" in found["typical"][0]


def test_rows_that_we_made_ourselves_are_no_news(older: Subject, tmp_path: Path) -> None:
    teach_tonight(older, rows([FORMAL.format(number) for number in range(60)], source="made:synonyms"))
    assert drift.measure(older, tmp_path)["added"] == 0


def test_what_was_not_kept_is_not_compared(older: Subject, tmp_path: Path) -> None:
    found = drift.measure(replace(older, learned=None), tmp_path)
    assert (found["known"], found["p_value"]) == (False, None)
