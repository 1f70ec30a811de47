"""Every row is accounted for, stage by stage, or the stage fails."""

import pytest

from daybreak.data import tables
from daybreak.data.describing.accounts import accounts
from daybreak.errors import StepFailed
from daybreak.records import Project


def refuse(project: Project, stage: str, rule: str, rows: int) -> None:
    """Move rows of the test split into a stage's quarantine."""
    path = project.data / "split/test.parquet"
    test = tables.read(path)
    refused = tables.refused(test[:rows], rule)
    tables.write(refused, project.data / f"quarantine/{stage}.parquet", tables.REFUSED)
    tables.write(test[rows:], path, tables.PLACED)


def test_rows_add_up(staged_project: Project) -> None:
    rows = accounts(staged_project.root)["rows"]
    assert rows["read"] == rows["empty"] + rows["kept"] + rows["quarantined"] + rows["duplicates"] == 300


def test_a_lost_row_is_not_passed_over(staged_project: Project) -> None:
    path = staged_project.data / "split/test.parquet"
    tables.write(tables.read(path).iloc[1:], path, tables.PLACED)
    with pytest.raises(StepFailed, match=r"describe: 300 rows were read but 299 are accounted for; expected read = "):
        accounts(staged_project.root)


def test_every_stage_tells_what_left_there(staged_project: Project) -> None:
    refuse(staged_project, "clean", "too_short", 2)
    refuse(staged_project, "split", "bridges_splits", 3)
    found = accounts(staged_project.root)
    assert found["rows"]["quarantined"] == 5
    assert found["quarantined_by_rule"] == {"bridges_splits": 3, "too_short": 2}
    losses = {each["stage"]: each["losses"] for each in found["stages"]}
    assert list(losses) == ["ingest", "clean", "dedupe", "split"]
    assert losses["ingest"] == {"empty": 0, "quarantined": 0}
    assert losses["clean"] == {"quarantined": 2}
    assert losses["dedupe"].keys() == {"repeats", "near", "quarantined"}
    assert losses["split"] == {"quarantined": 3}


def test_rows_that_were_made_are_told_apart(staged_project: Project) -> None:
    path = staged_project.data / "split/train.parquet"
    train = tables.read(path)
    made = train[:7].assign(source="made:swap")
    import pandas as pd

    tables.write(pd.concat([train, made]), path, tables.PLACED)
    certificate = staged_project.data / "split/certificate.json"
    told = tables.read_json(certificate) if certificate.is_file() else {}
    tables.write_json({**told, "made": 7}, certificate)
    rows = accounts(staged_project.root)["rows"]
    assert (rows["made"], rows["kept"]) == (7, 300 - rows["quarantined"] - rows["duplicates"])
