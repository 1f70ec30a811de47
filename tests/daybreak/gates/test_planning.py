"""What rows can settle is known before anything is trained."""

import json
from pathlib import Path

import pandas as pd
import pytest

from daybreak.gates import parity, quality, toxicity
from daybreak.gates.planning import Question, Rows, count, plan
from daybreak.params import gates_section
from daybreak.records import DatasetRef

FEW = Rows(train=500, test=100, judging=100, unit="test rows", labels={"positive": 60, "negative": 40}, groups={})


@pytest.fixture
def dataset(tmp_path: Path) -> DatasetRef:
    (tmp_path / "split").mkdir()
    for name, rows in (("train", 70), ("test", 10)):
        labels = ["positive" if row % 2 else "negative" for row in range(rows)]
        pd.DataFrame({"id": range(rows), "text": "x", "label": labels}).to_parquet(tmp_path / f"split/{name}.parquet")
    return DatasetRef(
        project="p", version=1, digest="d", path=tmp_path, labels=("negative", "positive", "mixed"), rows={"train": 70}
    )


def test_few_rows_settle_little_and_many_everything() -> None:
    asked = [*quality.plan(FEW, quality.Params(critical={"negative": 0.8})), *parity.plan(FEW, parity.Params())]
    assert not any(question.settled for question in asked)
    many = FEW._replace(test=10**6, judging=10**6, labels={"negative": 10**6})
    asked = [*quality.plan(many, quality.Params(critical={"negative": 0.8})), *parity.plan(many, parity.Params())]
    assert all(question.settled for question in asked)


def test_a_smaller_margin_needs_more_rows() -> None:
    needed = [
        next(each.needed for each in quality.plan(FEW, quality.Params(margin=margin)) if "champion" in each.question)
        for margin in (0.05, 0.025)
    ]
    assert needed[0] is not None
    assert needed[1] == pytest.approx(4 * needed[0], rel=0.01)


def test_training_rows_count_for_what_is_asked_of_them() -> None:
    (question,) = toxicity.plan(FEW, toxicity.Params())
    assert question.rows == 500


def test_what_no_number_settles_is_not_settled() -> None:
    assert not Question("?", "equal", 10**9, None).settled


def test_rows_are_counted_by_label(dataset: DatasetRef) -> None:
    rows = count(dataset)
    assert (rows.train, rows.test, rows.judging, rows.unit) == (70, 10, 10, "test rows")
    assert rows.labels == {"negative": 5, "positive": 5, "mixed": 0}


def test_a_frozen_release_set_judges(dataset: DatasetRef) -> None:
    (dataset.path / "release").mkdir()
    lines = (json.dumps({"id": str(row), "text": "x", "label": "mixed"}) + "\n" for row in range(30))
    (dataset.path / "release/rows.jsonl").write_text("".join(lines), encoding="utf-8")
    assert count(dataset).judging == 10
    (dataset.path / "split/certificate.json").write_text(json.dumps({"release_set": "f" * 64}), encoding="utf-8")
    rows = count(dataset)
    assert (rows.judging, rows.unit, rows.labels["mixed"]) == (30, "rows of the release set", 30)


def test_gates_that_are_off_ask_nothing(dataset: DatasetRef) -> None:
    asked = plan(dataset, gates_section().model_validate({"parity": {"mode": "off"}}))
    assert {"quality", "toxicity"} <= asked.keys()
    assert "parity" not in asked


def test_declared_groups_are_counted_by_column_and_by_their_rarest_label(dataset: DatasetRef) -> None:
    path = dataset.split("test")
    regions = ["north"] * 6 + ["south"] * 3 + [None]
    said = [json.dumps({"region": region}) for region in regions]
    pd.read_parquet(path).assign(slices=said).to_parquet(path)
    two = dataset.model_copy(update={"labels": ("negative", "positive")})
    rows = count(two)
    assert rows.groups == {"region": {"north": 6, "south": 3, "(missing)": 1}}
    assert rows.rarest == {"region": 0}
    (dataset.path / "release").mkdir()
    more = [
        {"id": str(row), "text": "x", "label": "negative", "slices": json.dumps({"region": None})} for row in range(5)
    ]
    lines = [*more, {"id": "silent", "text": "x", "label": "negative"}]
    (dataset.path / "release/rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (dataset.path / "split/certificate.json").write_text(json.dumps({"release_set": "f" * 64}), encoding="utf-8")
    rows = count(two)
    assert rows.groups["region"]["(missing)"] == 6
    assert rows.rarest["region"] == 1
