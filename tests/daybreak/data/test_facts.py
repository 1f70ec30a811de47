"""Counts add up or the stage fails; examples are the telling ones."""

import pytest

from daybreak.data import facts, tables
from daybreak.errors import StepFailed
from daybreak.records import Project


def test_rows_add_up(staged_project: Project) -> None:
    found = facts.gather(staged_project.root, examples=2)
    rows = found["rows"]
    assert rows["read"] == rows["empty"] + rows["kept"] + rows["quarantined"] + rows["duplicates"] == 300
    assert sum(found["quarantined_by_rule"].values()) == rows["quarantined"]
    assert sum(split["rows"] for split in found["splits"].values()) == rows["kept"]
    assert found["labels"] == ["negative", "positive"]
    assert sum(found["lengths"]["histogram"]) == rows["kept"]
    assert found["clusters"]["threshold"] == found["leakage"]["threshold"] == 0.8


def test_a_lost_row_is_not_passed_over(staged_project: Project) -> None:
    path = staged_project.data / "split" / "test.parquet"
    tables.write(tables.read(path).iloc[1:], path, tables.PLACED)
    with pytest.raises(StepFailed, match=r"describe: 300 rows were read but 299 are accounted for; expected read = "):
        facts.gather(staged_project.root, examples=2)


def test_contradictions_that_stand_most_often_come_first(staged_project: Project) -> None:
    refused = tables.read(staged_project.data / "split" / "test.parquet")[:6].assign(detail="")
    refused["rule"] = "contradicting_labels"
    refused["text"] = ["还行", "还行", "一般", "一般", "一般", "还好"]
    refused["label"] = ["yes", "no", "yes", "no", "no", "yes"]
    found = facts._contradictions(refused, 2)
    assert found == [{"text": "一般", "labels": {"no": 2, "yes": 1}}, {"text": "还行", "labels": {"no": 1, "yes": 1}}]
    assert facts._contradictions(refused[:0], 2) == []


def test_lengths_are_of_characters(staged_project: Project) -> None:
    found = facts.gather(staged_project.root, examples=0)["lengths"]
    assert 10 < found["median"] <= found["p95"] <= found["max"] < 120
    assert len(found["histogram"]) == facts.BINS + 1
