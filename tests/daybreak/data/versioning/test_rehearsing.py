"""A dry run says what the rules of params.yaml would refuse, and changes nothing."""

from pathlib import Path

import pytest
from making import write_params

from daybreak.data.versioning import rehearsing
from daybreak.errors import DataError
from daybreak.records import Project


def test_stricter_rules_say_what_they_would_refuse(staged_project: Project) -> None:
    write_params(staged_project.root, {"clean": {"languages": ["en"]}})
    before = {path: path.read_bytes() for path in staged_project.data.rglob("*.parquet")}
    found = rehearsing.preview(staged_project.root, examples=2)
    assert found["rules"]["language"]["now"] == 0
    assert found["rows"] == found["rules"]["language"]["rows"] > 100
    assert len(found["rules"]["language"]["examples"]) == 2
    assert {path: path.read_bytes() for path in staged_project.data.rglob("*.parquet")} == before


def test_rules_as_they_stand_would_refuse_what_they_refused(staged_project: Project) -> None:
    rules = rehearsing.preview(staged_project.root)["rules"]
    assert all(told["rows"] == told["now"] for told in rules.values())


def test_one_rule_alone(staged_project: Project) -> None:
    write_params(staged_project.root, {"clean": {"languages": ["en"], "max_characters": 46}})
    both = rehearsing.preview(staged_project.root)["rules"]
    assert {"language", "too_long"} <= both.keys()
    alone = rehearsing.preview(staged_project.root, "too_long")
    assert alone == {"rows": both["too_long"]["rows"], "rules": {"too_long": both["too_long"]}}
    with pytest.raises(DataError, match=r"no row by rule 'to_long'; expected .*too_long"):
        rehearsing.preview(staged_project.root, "to_long")


def test_without_rows_there_is_nothing_to_try(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no rows were read yet"):
        rehearsing.preview(tmp_path)
