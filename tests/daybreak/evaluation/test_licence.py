"""Training rows by licence."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from daybreak.evaluation import licence
from daybreak.evaluation.subject import Subject
from daybreak.records import DatasetRef


def test_rows_without_a_column_have_no_known_licence(subject: Subject, tmp_path: Path) -> None:
    found = licence.measure(subject, tmp_path)
    assert found["licences"] == {"": {"rows": found["rows"], "known": False, "obligations": []}}
    assert licence.headlines(found) == {}


def test_licences_are_counted_with_what_they_oblige_to(subject: Subject, copied: DatasetRef, tmp_path: Path) -> None:
    rows = pd.read_parquet(copied.split("train"))
    rows["licence"] = ["CC-BY-NC-4.0", "CC-BY-SA-4.0", *["MIT"] * (len(rows) - 2)]
    rows.to_parquet(copied.split("train"))
    found = licence.measure(replace(subject, dataset=copied), tmp_path)["licences"]
    assert found["MIT"] == {"rows": len(rows) - 2, "known": True, "obligations": []}
    assert found["CC-BY-NC-4.0"]["obligations"] == ["non_commercial"]
    assert found["CC-BY-SA-4.0"]["obligations"] == ["share_alike"]
