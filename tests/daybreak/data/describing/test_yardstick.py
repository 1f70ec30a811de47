"""The last version answers new texts with its labels, and knows what is strange to it."""

from pathlib import Path

import pandas as pd
import pytest
from making import make_rows, run_stages

from daybreak.data.describing import yardstick
from daybreak.data.describing.yardstick import LastVersion, last_version, measure, typicality
from daybreak.records import Project

ENGLISH = [f"an unrelated memo number {number} about quarterly shipping tariffs" for number in range(40)]


def version(rows: int = 300, train: int = 210) -> LastVersion:
    frame = pd.DataFrame(make_rows(rows), columns=["text", "label"])
    return LastVersion(frame, frame.head(train), frame.iloc[train:])


def test_before_the_first_preparation_there_is_none(tmp_path: Path) -> None:
    assert last_version(tmp_path) is None


def test_the_prepared_data_is_the_last_version(staged_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    last = last_version(staged_project.root)
    assert last is not None
    assert (len(last.rows), len(last.train), len(last.held_out)) == (300, 210, 90)
    assert last.shares == {"negative": 0.5, "positive": 0.5}
    monkeypatch.setattr(yardstick, "TRAINED", 50)
    monkeypatch.setattr(yardstick, "HELD_OUT", 20)
    less = last_version(staged_project.root)
    assert less is not None
    assert (len(less.rows), len(less.train), len(less.held_out)) == (300, 50, 20)
    assert less.train["label"].nunique() == 2


def test_shares_are_of_distinct_rows() -> None:
    frame = pd.DataFrame([("a", "yes")] * 9 + [("b", "no")], columns=["text", "label"])
    assert LastVersion(frame, frame, frame).shares == {"yes": 0.5, "no": 0.5}


def test_new_texts_are_answered_and_none_is_strange() -> None:
    rows = make_rows(100, seed=7)
    found = measure(version(), [text for text, _label in rows])
    assert sum(found.opinions[text].label == label for text, label in rows) >= 98
    assert sum(opinion.strange for opinion in found.opinions.values()) <= 5
    assert found.honest >= 0.98


@pytest.mark.parametrize(
    "texts",
    [ENGLISH, [text.encode().hex() for text, _label in make_rows(40)], ["☃☃☃☃"] * 3],
    ids=["another subject", "no words", "no known sign"],
)
def test_other_texts_are_strange(texts: list[str]) -> None:
    opinions = measure(version(), texts).opinions
    assert sum(opinions[text].strange for text in texts) > 0.9 * len(texts)


def test_in_uniform_data_the_next_number_is_not_strange() -> None:
    rows = [(f"room {number} {'good' if number % 2 else 'bad'}", str(number % 2)) for number in range(300)]
    frame = pd.DataFrame(rows, columns=["text", "label"])
    texts = [f"room {number} good" for number in range(90_000, 90_100)]
    opinions = measure(LastVersion(frame, frame.head(200), frame.tail(100)), texts).opinions
    assert not any(opinion.strange for opinion in opinions.values())


def test_a_draw_with_a_single_label_answers_that_label() -> None:
    frame = pd.DataFrame([(text, "yes") for text, _label in make_rows(60)], columns=["text", "label"])
    found = measure(LastVersion(frame, frame.head(40), frame.tail(20)), ["好"])
    assert found.opinions["好"].label == "yes"
    assert found.honest == 1


def test_typicality_is_a_cosine() -> None:
    known = ["房间很好", "房间很差"]
    same, near, none = typicality(known, ["房间很好", "房间不大", "xyz"])
    assert 1 >= same > near > none == pytest.approx(0)
    assert typicality(["abcd"], ["abcd"])[0] == pytest.approx(1)


def test_it_is_the_same_twice(staged_project: Project) -> None:
    run_stages(staged_project.root)
    last = last_version(staged_project.root)
    assert last is not None
    texts = [text for text, _label in make_rows(20, seed=3)]
    assert measure(last, texts) == measure(last, texts)
