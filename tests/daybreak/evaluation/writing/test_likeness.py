"""Likeness of answers, against cases that can be counted by hand."""

import pytest

from daybreak.evaluation.writing import likeness


@pytest.mark.parametrize(
    ("answer", "reference", "alike"),
    [("有房。", "有房。", 1.0), ("Yes, SIR", "yes, sir", 1.0), ("ＹＥＳ", "yes", 1.0), ("没有", "有房", 0.0)],
)
def test_case_width_and_white_space_do_not_count(answer: str, reference: str, alike: float) -> None:
    assert likeness.exact(answer, reference) == alike


def test_an_answer_word_for_word_is_wholly_alike() -> None:
    assert likeness.chrf("早餐很好。", "早餐很好。") == pytest.approx(1.0)
    assert likeness.chrf("", "") == 1.0


def test_nothing_in_common_is_not_alike() -> None:
    assert likeness.chrf("abc", "早餐") == 0.0
    assert likeness.chrf("", "早餐") == 0.0


def test_shared_n_grams_count_as_in_chrf2() -> None:
    """ab against abc: orders 1 to 3; precision 1, 1, 0 and recall 2/3, 1/2, 0, each divided by three orders."""
    precision, recall = 2 / 3, (2 / 3 + 1 / 2) / 3
    wanted = 5 * precision * recall / (4 * precision + recall)
    assert likeness.chrf("ab", "abc") == pytest.approx(wanted)


def test_recall_counts_more_than_precision() -> None:
    assert likeness.chrf("早餐很好而且便宜", "早餐很好") > likeness.chrf("早餐很好", "早餐很好而且便宜")


def test_what_was_promised_may_stand_anywhere() -> None:
    assert likeness.holds("早餐到 ten o'clock 为止", "Ten O'Clock")
    assert not likeness.holds("早餐到九点", "十点")
