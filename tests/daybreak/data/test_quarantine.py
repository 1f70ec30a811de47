"""Refused rows are told by rule, with examples."""

from pathlib import Path

from making import make_rows, run_stages, write_csv

from daybreak.data.quarantine import by_rule
from daybreak.records import Project


def test_nothing_is_refused_before_the_first_preparation(tmp_path: Path) -> None:
    assert by_rule(tmp_path) == {"rows": 0, "rules": {}}


def test_rows_are_told_by_rule_with_examples(staged_project: Project) -> None:
    twice = [("同一句话", label) for label in ("positive", "negative")]
    unlabelled = [(f"无标签{number}", "") for number in range(5)]
    write_csv(staged_project.root / "rows.csv", [*make_rows(300), *twice, *unlabelled, ("\u200b", "positive")])
    run_stages(staged_project.root)
    found = by_rule(staged_project.root, examples=2)
    counts = {rule: told["rows"] for rule, told in found["rules"].items()}
    assert counts == {"contradicting_labels": 2, "empty_after_cleaning": 1, "no_label": 5}
    assert found["rows"] == 8
    (contradiction,) = found["rules"]["contradicting_labels"]["examples"]
    assert contradiction.keys() == {"id", "text", "label", "source", "detail"}
    assert (contradiction["text"], contradiction["detail"]) == ("同一句话", "negative, positive")
    assert len(found["rules"]["no_label"]["examples"]) == 2
