"""Counts and texts of what a candidate fixes and breaks."""

from typing import Any

import pandas as pd

from daybreak.reports.comparison import compare, wrong_answers


def test_fixes_and_breaks_are_counted_and_shown(night: Any) -> None:
    found = compare(night.evidence.candidate, night.evidence.champion, night.evidence.dataset)
    assert found is not None
    assert (found.rows, found.fixes, found.breaks, found.both_wrong) == (8, 3, 1, 1)
    assert [answer.text for answer in found.fixed] == ["隔音不好", "再也不来了", "<b>物超所值</b>"]
    assert [(answer.label, answer.predicted, answer.before) for answer in found.broken] == [
        ("negative", "positive", "negative")
    ]


def test_as_many_texts_as_asked_for_and_all_are_counted(night: Any) -> None:
    found = compare(night.evidence.candidate, night.evidence.champion, night.evidence.dataset, shown=1)
    assert found is not None
    assert (found.fixes, len(found.fixed)) == (3, 1)


def test_the_order_of_rows_does_not_matter(night: Any) -> None:
    path = night.evidence.champion.path / "predictions.parquet"
    before = compare(night.evidence.candidate, night.evidence.champion, night.evidence.dataset)
    pd.read_parquet(path).iloc[::-1].to_parquet(path)
    assert compare(night.evidence.candidate, night.evidence.champion, night.evidence.dataset) == before


def test_without_a_champion_or_its_answers_there_is_nothing_to_compare(night: Any) -> None:
    assert compare(night.evidence.candidate, None, night.evidence.dataset) is None
    (night.evidence.champion.path / "predictions.parquet").unlink()
    assert compare(night.evidence.candidate, night.evidence.champion, night.evidence.dataset) is None


def test_wrong_answers_come_surest_first(night: Any) -> None:
    wrong = wrong_answers(night.evidence.candidate, night.evidence.dataset)
    assert [answer.text for answer in wrong] == ["推荐", "书很旧"]
    assert wrong[0].margin is not None
    assert wrong[1].margin is not None
    assert wrong[0].margin > wrong[1].margin
    assert len(wrong_answers(night.evidence.candidate, night.evidence.dataset, shown=1)) == 1


def test_answers_without_logits_or_texts_still_count(night: Any) -> None:
    path = night.evidence.candidate.path / "predictions.parquet"
    pd.read_parquet(path)[["id", "label", "predicted"]].to_parquet(path)
    night.evidence.dataset.split("test").unlink()
    wrong = wrong_answers(night.evidence.candidate, night.evidence.dataset)
    assert [(answer.id, answer.text, answer.margin) for answer in wrong] == [("row-6", "", None), ("row-7", "", None)]
    path.unlink()
    assert wrong_answers(night.evidence.candidate, night.evidence.dataset) == ()


def test_churn_and_the_difference_of_matrices_by_label(night: Any) -> None:
    found = compare(night.evidence.candidate, night.evidence.champion, night.evidence.dataset)
    assert found is not None
    assert [(churn.label, churn.rows, churn.fixes, churn.breaks) for churn in found.by_label] == [
        ("negative", 4, 2, 1),
        ("positive", 4, 1, 0),
    ]
    assert found.labels == ("negative", "positive")
    assert found.matrix == ((1, -1), (-1, 1))
    assert sum(churn.breaks for churn in found.by_label) == found.breaks


def test_every_broken_answer_is_listed_up_to_a_limit(night: Any) -> None:
    sides = night.evidence.champion, night.evidence.candidate, night.evidence.dataset
    found = compare(*sides, shown=1)
    assert found is not None
    assert (found.breaks, len(found.broken), len(found.fixed)) == (3, 3, 1)
    assert len(compare(*sides, broken=2).broken) == 2  # type: ignore[union-attr]
