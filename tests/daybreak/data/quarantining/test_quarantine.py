"""Refused rows are told by rule, with what was measured and examples."""

from pathlib import Path

import pytest
from making import make_rows, run_stages, write_csv, write_params

from daybreak.data.quarantining import quarantine
from daybreak.data.quarantining.quarantine import by_rule
from daybreak.data.versioning import versions
from daybreak.errors import DataError
from daybreak.records import Project

TWICE = [("这家店的同一句话说了两遍", label) for label in ("positive", "negative")]
UNLABELLED = [(f"没有标签的评论{number}", "") for number in range(5)]


@pytest.fixture
def refused(staged_project: Project) -> Project:
    """A project whose quarantine holds 8 rows under three rules."""
    write_csv(staged_project.root / "rows.csv", [*make_rows(300), *TWICE, *UNLABELLED, ("\u200b", "positive")])
    run_stages(staged_project.root)
    return staged_project


def test_nothing_is_refused_before_the_first_preparation(tmp_path: Path) -> None:
    assert by_rule(tmp_path) == {"rows": 0, "rules": {}}
    assert quarantine.rows(tmp_path, "no_label").empty


def test_rows_are_told_by_rule_with_examples(refused: Project) -> None:
    found = by_rule(refused.root, examples=2)
    counts = {rule: (told["stage"], told["rows"]) for rule, told in found["rules"].items()}
    assert counts == {
        "no_label": ("ingest", 5),
        "empty_after_cleaning": ("clean", 1),
        "contradicting_labels": ("dedupe", 2),
    }
    assert found["rows"] == 8
    assert list(counts) == ["no_label", "empty_after_cleaning", "contradicting_labels"], "in the order of the stages"
    (contradiction,) = found["rules"]["contradicting_labels"]["examples"]
    assert contradiction.keys() == {"id", "text", "label", "source", "value", "threshold", "detail"}
    assert (contradiction["text"], contradiction["detail"]) == (TWICE[0][0], "negative, positive")
    assert len(found["rules"]["no_label"]["examples"]) == 2


def test_one_rule_is_told_with_more_examples(refused: Project) -> None:
    found = quarantine.one_rule(refused.root, "no_label")
    assert found["rows"] == 5
    assert list(found["rules"]) == ["no_label"]
    assert len(found["rules"]["no_label"]["examples"]) == 5


def test_a_rule_that_refused_nothing_is_named_with_the_nearest(refused: Project) -> None:
    with pytest.raises(DataError, match="no row was refused by rule 'no_lable'; expected no_label"):
        quarantine.one_rule(refused.root, "no_lable")


def test_all_rows_of_a_rule(refused: Project) -> None:
    found = quarantine.rows(refused.root, "contradicting_labels")
    assert sorted(found["label"]) == ["negative", "positive"]
    assert set(found["stage"]) == {"dedupe"}


@pytest.mark.parametrize(
    ("row", "rule", "told"),
    [
        ("服务一般,neutral", "unknown_label", {"value": "neutral", "threshold": "positive, negative"}),
        ("服\0务很好,positive", "nul_byte", {"detail": "at character 1"}),
    ],
)
def test_an_odd_row_is_set_aside_and_the_version_stays(
    prepared: Project, row: str, rule: str, told: dict[str, str]
) -> None:
    first, expected = versions.status(prepared), snapshot(prepared)
    with (prepared.root / "rows.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"{row}\n")
    source = {"source": "files", "path": "rows.csv", "labels": ["positive", "negative"]}
    write_params(prepared.root, {"ingest": source})
    assert versions.prepare(prepared) == first
    assert snapshot(prepared) == expected
    refused = quarantine.one_rule(prepared.root, rule)["rules"][rule]
    assert (refused["stage"], refused["rows"]) == ("ingest", 1)
    assert told.items() <= refused["examples"][0].items()


def snapshot(project: Project) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((project.data / "split").glob("t*.parquet"))}
