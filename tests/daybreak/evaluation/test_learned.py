"""Which judging rows a model was trained on: by id, word for word, or not known at all."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from daybreak import digests
from daybreak.data.held_out.release_set import FILE, ReleaseRow, text
from daybreak.errors import DataError
from daybreak.evaluation import learned
from daybreak.evaluation.subject import Subject
from daybreak.records import DatasetRef


def taught(folder: Path, rows: dict[str, str]) -> Path:
    """Training rows as a data version holds them, from text by id."""
    path = folder / "train.parquet"
    pd.DataFrame({"id": list(rows), "text": list(rows.values()), "label": "positive"}).to_parquet(path)
    return path


@pytest.fixture
def frozen(copied: DatasetRef) -> DatasetRef:
    """The reviews, kept apart from a release set of two rows."""
    path = copied.path.parent / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [ReleaseRow(id=name, text=f"发布集 {name}", label="positive", identity=name) for name in "ab"]
    path.write_text(text(rows), encoding="utf-8")
    certificate = {"release_set": digests.of_file(path)}
    (copied.path / "split/certificate.json").write_text(json.dumps(certificate), encoding="utf-8")
    return copied


def test_a_candidate_has_learned_no_test_row_but_what_was_said_twice(subject: Subject, tmp_path: Path) -> None:
    found = learned.measure(subject, tmp_path)
    train, test = subject.rows("train"), subject.rows("test")
    twice = [str(row["id"]) for _, row in test.iterrows() if row["text"] in set(train["text"])]
    assert found == {"known": True, "rows": len(train), "test": twice, "release_set": []}
    assert learned.headlines(found) == {}


def test_rows_are_recognised_by_id_and_word_for_word(subject: Subject, frozen: DatasetRef, tmp_path: Path) -> None:
    test = subject.rows("test")
    rows = {str(test["id"][0]): "别的话", "elsewhere": str(test["text"][1]), "c": "发布集 b", "d": "新的"}
    champion = replace(subject, dataset=frozen, model=None, twin=None, learned=taught(tmp_path, rows))
    found = learned.measure(champion, tmp_path)
    assert (found["known"], found["rows"]) == (True, 4)
    assert found["test"] == [str(test["id"][0]), str(test["id"][1])]
    assert found["release_set"] == ["b"]


def test_what_was_not_kept_is_not_known(subject: Subject, tmp_path: Path) -> None:
    found = learned.measure(replace(subject, model=None, twin=None, learned=None), tmp_path)
    assert found == {"known": False, "rows": 0, "test": [], "release_set": []}


def test_what_was_learned_before_a_model_was_trained_on_from_counts_too(
    subject: Subject, frozen: DatasetRef, tmp_path: Path
) -> None:
    """Rows of the release set that an ancestor learned are left out; only tonight's own rows stop the night."""
    test = subject.rows("test")
    before = taught(tmp_path, {str(test["id"][0]): "别的话", "c": "发布集 b"})
    candidate = replace(subject, dataset=frozen, inherited=(before,))
    own = learned.measure(replace(candidate, inherited=()), tmp_path)
    found = learned.measure(candidate, tmp_path)
    assert str(test["id"][0]) in found["test"]
    assert (own["release_set"], found["release_set"]) == ([], ["b"])
    assert (found["known"], found["rows"]) == (True, own["rows"] + 2)
    partly = learned.measure(replace(candidate, inherited=(before, None)), tmp_path)
    assert partly == {**found, "known": False}


def test_a_release_set_in_tonights_training_rows_stops_the_night(
    subject: Subject, frozen: DatasetRef, tmp_path: Path
) -> None:
    candidate = replace(subject, dataset=frozen, learned=taught(tmp_path, {"a": "发布集 a", "x": "新的"}))
    with pytest.raises(DataError, match=r"1 rows of the release set stand in tonight's training rows; expected none"):
        learned.measure(candidate, tmp_path)


def test_a_test_set_that_leaked_in_is_found(subject: Subject, tmp_path: Path) -> None:
    """Planted: the training split holds all test texts, under ids of their own."""
    rows = {f"leak-{place}": text for place, text in enumerate(subject.texts)}
    found = learned.measure(replace(subject, learned=taught(tmp_path, rows)), tmp_path)
    assert len(found["test"]) == len(subject.texts)
