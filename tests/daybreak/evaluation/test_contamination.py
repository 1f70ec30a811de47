"""What judges is looked for in what was learned; data that our stage did not split has no count."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from daybreak.evaluation import contamination
from daybreak.evaluation.subject import Subject
from daybreak.records import DatasetRef

LEAKAGE = {"pairs": 0, "threshold": 0.8, "max_similarity": 0.5}


def test_a_split_that_did_not_look_has_no_count(subject: Subject, tmp_path: Path) -> None:
    found = contamination.measure(subject, tmp_path)
    assert (found["leakage"], found["sets"]) == (None, None)
    assert contamination.headlines(found) == {"contaminated_items": 0.0}


def test_golden_cases_and_benchmarks_are_looked_for_in_train(
    subject: Subject, copied: DatasetRef, tmp_path: Path
) -> None:
    learned = str(pd.read_parquet(copied.split("train"))["text"].iloc[0])
    (copied.path / "split/leakage.json").write_text(json.dumps(LEAKAGE), encoding="utf-8")
    (copied.path.parent / "params.yaml").write_text("{}\n", encoding="utf-8")
    for place, items in (
        ("golden/cases.jsonl", [learned, "never seen 从未见过"]),
        ("benchmarks/exam.jsonl", ["另一题"]),
    ):
        path = copied.path / place
        path.parent.mkdir()
        lines = (json.dumps({"text": item, "label": "positive"}) + "\n" for item in items)
        path.write_text("".join(lines), encoding="utf-8")
    found = contamination.measure(replace(subject, dataset=copied), tmp_path)
    counted = {each["set"]: (each["rows"], each["found"]) for each in found["sets"]}
    assert counted == {"exam.jsonl": (1, 0), "golden cases": (2, 1)}
    assert found["leakage"] == LEAKAGE
    assert contamination.headlines(found) == {"contaminated_items": 1.0}


def test_a_file_that_cannot_be_read_is_told_and_stops_nothing(
    subject: Subject, copied: DatasetRef, tmp_path: Path
) -> None:
    (copied.path / "split/leakage.json").write_text(json.dumps(LEAKAGE), encoding="utf-8")
    (copied.path.parent / "params.yaml").write_text("{}\n", encoding="utf-8")
    folder = copied.path / "benchmarks"
    folder.mkdir()
    (folder / "good.jsonl").write_text('{"text": "另一题"}\n', encoding="utf-8")
    (folder / "cut.parquet").write_bytes(b"PAR1 and no more")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "other.csv").write_text("colour,size\nred,1\n", encoding="utf-8")
    found = contamination.measure(replace(subject, dataset=copied), tmp_path)
    assert [each["set"] for each in found["sets"]] == ["good.jsonl"]
    assert found["unread"].keys() == {"cut.parquet", "empty.csv", "other.csv"}
    assert found["unread"]["other.csv"].startswith("other.csv has the columns colour, size; expected one of text")
