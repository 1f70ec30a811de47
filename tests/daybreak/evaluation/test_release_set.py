"""The frozen release set is answered where the data version was kept apart from one."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from daybreak import digests, evaluation
from daybreak.data.held_out.release_set import FILE, ReleaseRow, text
from daybreak.errors import DataError
from daybreak.evaluation import release_set
from daybreak.evaluation.subject import Subject
from daybreak.records import DatasetRef, ExportRef

ROWS = [
    ReleaseRow(id="a", text="房间 好 满意", label="positive", identity="1"),
    ReleaseRow(id="b", text="早餐 差 失望 awful", label="positive", identity="2"),
]


@pytest.fixture
def frozen(copied: DatasetRef) -> DatasetRef:
    """The reviews, kept apart from a release set of two rows, the second with a wrong label."""
    path = copied.path.parent / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(ROWS), encoding="utf-8")
    certificate = {"release_set": digests.of_file(path)}
    (copied.path / "split/certificate.json").write_text(json.dumps(certificate), encoding="utf-8")
    return copied


def test_without_one_there_are_no_rows(subject: Subject, tmp_path: Path) -> None:
    found = release_set.measure(subject, tmp_path)
    assert found == {"rows": 0, "digest": None}
    assert not list(tmp_path.glob("*.parquet"))
    assert release_set.headlines(found) == {}


def test_its_rows_are_answered(subject: Subject, frozen: DatasetRef, tmp_path: Path) -> None:
    (folder := tmp_path / "measured").mkdir()
    found = release_set.measure(replace(subject, dataset=frozen), folder)
    assert (found["rows"], found["accuracy"]) == (2, 0.5)
    answers = pd.read_parquet(folder / "release_set.parquet")
    assert answers["id"].tolist() == ["a", "b"]
    assert answers["predicted"].tolist() == ["positive", "negative"]
    assert {"logit_negative", "logit_positive"} <= set(answers.columns)


def test_a_champion_is_asked_too(exported: ExportRef, frozen: DatasetRef, tmp_path: Path) -> None:
    champion = evaluation.measure_champion(exported.int8, frozen, tmp_path / "champion")
    assert (champion.path / "release_set.parquet").is_file()


def test_one_that_was_altered_stops_everything(subject: Subject, frozen: DatasetRef, tmp_path: Path) -> None:
    path = frozen.path.parent / FILE
    path.write_text(path.read_text(encoding="utf-8").replace("满意", "失望"), encoding="utf-8")
    with pytest.raises(DataError, match="was altered"):
        release_set.measure(replace(subject, dataset=frozen), tmp_path)
