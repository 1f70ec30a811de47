"""The facts hold all that the page tells; examples are the telling ones."""

from pathlib import Path

import pandas as pd
import pytest
from making import make_rows, run_stages, write_csv

from daybreak.data import tables
from daybreak.data.describing import facts
from daybreak.records import Project


def test_facts_hold_every_part_of_the_page(staged_project: Project) -> None:
    found = facts.gather(staged_project.root, 2, [])
    assert sum(found["quarantined_by_rule"].values()) == found["rows"]["quarantined"]
    assert sum(split["rows"] for split in found["splits"].values()) == found["rows"]["kept"]
    assert found["labels"] == ["negative", "positive"]
    assert sum(found["lengths"]["histogram"]) == found["rows"]["kept"]
    assert found["clusters"]["threshold"] == found["leakage"]["threshold"] == 0.8
    assert found["licences"] == {"": {"rows": 300, "obligations": []}}
    assert found["coverage"]["source"]["shown"][0]["rows"] == found["rows"]["kept"]


def test_contradictions_that_stand_most_often_come_first(staged_project: Project) -> None:
    path = staged_project.data / "quarantine/dedupe.parquet"
    texts, labels = ["还行", "还行", "一般", "一般", "一般", "还好"], ["yes", "no", "yes", "no", "no", "yes"]
    refused = tables.refused(pd.DataFrame({"text": texts, "label": labels}), "contradicting_labels")
    tables.write(refused.assign(id="1", train_only=False), path, tables.REFUSED)
    found = facts._contradictions(staged_project.root, 2)
    assert found == [{"text": "一般", "labels": {"no": 2, "yes": 1}}, {"text": "还行", "labels": {"no": 1, "yes": 1}}]
    tables.write(refused[:0], path, tables.REFUSED)
    assert facts._contradictions(staged_project.root, 2) == []


def test_near_duplicates_are_shown_with_their_texts_and_labels(staged_project: Project) -> None:
    near = [("今天天气很好，我们去公园散步吧", "positive"), ("今天天气很好，我们去公园散步吧！", "negative")]
    write_csv(staged_project.root / "rows.csv", [*make_rows(300), *near])
    run_stages(staged_project.root)
    found = facts.gather(staged_project.root, 2, [])["examples"]
    (pair,) = found["near_duplicates"]
    assert 0.8 <= pair["similarity"] < 1
    assert sorted(pair["labels"]) == ["negative", "positive"]
    assert {text.rstrip("!！") for text in pair["texts"]} == {"今天天气很好,我们去公园散步吧"}
    assert found["differently_labelled"] == found["near_duplicates"]


@pytest.mark.parametrize("name", ["certificate", "contamination", "personal"])
def test_what_a_preparation_did_not_write_is_none(staged_project: Project, name: str) -> None:
    for path in ("split/certificate.json", "split/contamination.json", "clean/personal.json"):
        Path(staged_project.data / path).unlink(missing_ok=True)
    assert facts.gather(staged_project.root, 0, [])[name] is None
