"""Only rows that neither side was trained on are compared, and both sides must have answered the same ones."""

import json

import pandas as pd
import pytest

from daybreak.errors import DataError
from daybreak.gates import comparing
from daybreak.gates.comparing import RELEASE, TEST, Pair
from daybreak.records import Evidence, Measurements


def teach(side: Measurements, *, test: int = 0, known: bool = True) -> None:
    """As if the model had been trained on the first rows of the test split."""
    found = {"known": known, "rows": 9000, "test": [str(row) for row in range(test)], "release_set": []}
    (side.path / "learned.json").write_text(json.dumps(found), encoding="utf-8")


def test_rows_that_either_has_learned_do_not_count(evidence: Evidence) -> None:
    assert evidence.champion is not None
    ours, theirs = TEST.answers(evidence.candidate), TEST.answers(evidence.champion)
    assert comparing.pair(ours, theirs, "champion", []) == Pair(200, 200, 2000)
    assert comparing.pair(ours, theirs, "champion", map(str, range(1000))) == Pair(100, 100, 1000)
    assert comparing.pair(ours, theirs, "champion", map(str, range(2000))) == Pair(0, 0, 0)


def test_both_must_have_answered_the_same_rows_also_those_that_do_not_count(evidence: Evidence) -> None:
    assert evidence.champion is not None
    ours, theirs = TEST.answers(evidence.candidate), TEST.answers(evidence.champion)
    with pytest.raises(DataError, match="candidate and champion answered different rows"):
        comparing.pair(ours, theirs.iloc[5:], "champion", ["0", "1", "2", "3", "4"])


def test_what_was_left_out_is_told(evidence: Evidence) -> None:
    assert evidence.champion is not None
    assert list(comparing.left_out(evidence, TEST)) == []
    teach(evidence.candidate, test=1200)
    teach(evidence.champion, known=False)
    assert list(comparing.left_out(evidence, TEST)) == [
        "1,200 test rows were left out: the candidate has learned them.",
        "It is not known which rows the champion was trained on.",
    ]
    assert TEST.learned(evidence.candidate)[:2] == ["0", "1"]
    assert RELEASE.learned(evidence.candidate) == []


def test_a_measurement_that_is_missing_is_said(evidence: Evidence) -> None:
    (evidence.candidate.path / "learned.json").unlink()
    with pytest.raises(DataError, match="learned cannot be read"):
        TEST.learned(evidence.candidate)


def test_ids_of_any_kind_are_left_out() -> None:
    answers = pd.DataFrame({"right": [True, False]}, index=[7, 8])
    assert comparing.without(answers, ["7"]).index.tolist() == [8]
    named = answers.set_axis(["a", "b"])
    assert comparing.without(named, ["a"]).index.tolist() == ["b"]
