"""The remembered yardstick says what a fresh one says, and what scikit-learn says."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from making import make_rows

from daybreak.data.describing import answering, baseline
from daybreak.data.remembering import memo


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    made = make_rows(240)
    return pd.DataFrame([*made, *made[:20]], columns=["text", "label"])


@pytest.mark.parametrize("labels", [2, 3])
def test_chances_are_those_of_the_regression(rows: pd.DataFrame, labels: int) -> None:
    third = rows["label"].where(rows.index % 3 > 0, "third") if labels == 3 else rows["label"]
    train, test = rows.assign(label=third)[:200], [*rows["text"][200:], "不在词表 zq", ""]
    model = answering.fit(train)
    names, theirs = baseline.chances(baseline.Grams([*train["text"], *test]), train, test)
    assert model.labels == tuple(names)
    ours = answering.chances(model, test)
    np.testing.assert_allclose(ours, theirs, atol=1e-12)
    assert (answering.chances(model, test[::-1])[::-1] == ours).all()


def test_answers_are_remembered(tmp_path: Path, rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    train, test = rows[:150], rows[150:]
    answering.answers(tmp_path, train, test[40:])
    fresh = answering.answers(None, train, test)
    monkeypatch.setattr(answering, "fit", None)
    assert answering.answers(tmp_path, train, test).equals(fresh)
    monkeypatch.setattr(answering, "chances", None)
    assert answering.answers(tmp_path, train, test[::-1]).equals(fresh[::-1])
    assert [path.name.split("-")[0] for path in (tmp_path / memo.FOLDER).iterdir()] == ["answers"]


def test_other_training_rows_are_fitted_anew(tmp_path: Path, rows: pd.DataFrame) -> None:
    answering.answers(tmp_path, rows[:150], rows[150:])
    other = answering.answers(tmp_path, rows[:149], rows[150:])
    assert other.equals(answering.answers(None, rows[:149], rows[150:]))
    assert answering.digest(rows[:150]) != answering.digest(rows[:149])
    moved = rows[:2].assign(label=[*rows["label"][1:2], *rows["label"][:1]])
    assert answering.digest(moved) != answering.digest(rows[:2])


def test_in_parts_the_same_is_said(rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = answering.answers(None, rows[:150], rows[150:])
    monkeypatch.setattr(answering, "PART", 100)
    assert answering.answers(None, rows[:150], rows[150:]).equals(whole)
