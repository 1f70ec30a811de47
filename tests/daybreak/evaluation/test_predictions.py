"""Metrics of the task."""

from pathlib import Path

import pandas as pd
import pytest

from daybreak.evaluation import predictions
from daybreak.evaluation.subject import Subject
from daybreak.records import DatasetRef, ExportRef, Measurements


def test_the_table_has_one_line_a_row_with_logits(measured: Measurements, reviews: DatasetRef) -> None:
    table = pd.read_parquet(measured.path / "predictions.parquet")
    assert list(table.columns) == ["id", "label", "predicted", "logit_negative", "logit_positive"]
    assert list(table["id"]) == list(pd.read_parquet(reviews.split("test"))["id"])
    larger = table["logit_positive"] > table["logit_negative"]
    assert (larger == (table["predicted"] == "positive")).all()


def test_numbers_agree_with_the_table(subject: Subject, tmp_path: Path) -> None:
    found = predictions.measure(subject, tmp_path)
    table = pd.read_parquet(tmp_path / "predictions.parquet")
    assert found["accuracy"] == pytest.approx((table["label"] == table["predicted"]).mean())
    assert sum(sum(row) for row in found["confusion"]) == found["rows"] == len(table)
    assert found["per_class"]["positive"]["support"] == (table["label"] == "positive").sum()
    assert found["labels"] == ["negative", "positive"]


def test_one_label_only_has_no_auc(exported: ExportRef, copied: DatasetRef, tmp_path: Path) -> None:
    frame = pd.read_parquet(copied.split("test"))
    frame[frame["label"] == "positive"].to_parquet(copied.split("test"))
    found = predictions.measure(Subject.of(exported.int8, copied, None, None), tmp_path)
    assert found["auc"] is None
    assert "auc" not in predictions.headlines(found)


def test_unknown_tokens_are_counted_by_token(subject: Subject) -> None:
    assert predictions.unknown_token_rate(subject.predictor, ["房间"]) == 0
    assert predictions.unknown_token_rate(subject.predictor, ["房间龘龘"]) == 0.5
    assert predictions.unknown_token_rate(subject.predictor, [""]) == 0
