"""A person puts refused rows back: they are in the next preparation, and nothing else changes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from making import make_rows, run_stages, write_csv

from daybreak.data import tables
from daybreak.data.quarantining import quarantine
from daybreak.data.quarantining.restored import exempt
from daybreak.data.reviewing import restoring
from daybreak.errors import DataError
from daybreak.records import Project

RULE = restoring.CONTRADICTING
TWICE = [
    (text, label) for text in ("同一句话说了两遍，这样不好", "另一句话也说了两遍") for label in ("negative", "positive")
]
Put = Callable[..., dict[str, object]]


@pytest.fixture
def refused(staged_project: Project) -> Project:
    """A project with two texts under both labels, and one row without any."""
    write_csv(staged_project.root / "rows.csv", [*make_rows(300), *TWICE, ("没有标签的一句评论", "")])
    run_stages(staged_project.root)
    return staged_project


def ids(project: Project, rule: str = RULE, **wanted: str) -> list[str]:
    found = quarantine.rows(project.root, rule)
    for name, value in wanted.items():
        found = found[found[name] == value]
    return sorted(found["id"])


def kept(project: Project) -> set[tuple[str, str]]:
    rows = [tables.read(project.data / f"split/{name}.parquet") for name in ("train", "validation", "test")]
    return {(text, label) for split in rows for text, label in zip(split["text"], split["label"], strict=True)}


def test_a_restored_row_is_in_the_next_preparation_and_its_rival_is_not(refused: Project) -> None:
    right = ids(refused, label="positive")
    told = restoring.restore(refused, RULE, right, reason="read them", by="Li")
    assert (told["rows"], told["ids"], told["written"]) == (2, right, True)
    before = kept(refused)
    run_stages(refused.root)
    assert {label for _, label in kept(refused) - before} == {"positive"}
    assert len(kept(refused) - before) == 2
    assert ids(refused) == sorted(quarantine.rows(refused.root, RULE)["id"])
    assert set(quarantine.rows(refused.root, RULE)["label"]) == {"negative"}
    rows = tables.read_json(refused.data / "describe/report.json")["rows"]
    assert rows["read"] == rows["empty"] + rows["kept"] + rows["quarantined"] + rows["duplicates"] == 305


def test_a_dry_run_says_what_would_come_back_and_writes_nothing(refused: Project) -> None:
    before = (refused.data / "sources.yaml").read_bytes()
    told = restoring.restore(refused, RULE, ids(refused, label="negative"), reason="", by="", dry_run=True)
    assert (told["rows"], told["written"]) == (2, False)
    assert (refused.data / "sources.yaml").read_bytes() == before


def test_what_was_restored_can_be_taken_back(refused: Project) -> None:
    right, wrong = ids(refused, label="positive"), ids(refused, label="negative")
    restoring.restore(refused, RULE, right, reason="read them", by="Li")
    restoring.overrule(refused.root, RULE, wrong, reason="read them again", by="Wang", not_=right)
    assert exempt(refused.root) == {RULE: frozenset(wrong)}


def test_restoring_twice_says_it_once(refused: Project) -> None:
    for _ in range(2):
        restoring.restore(refused, RULE, ids(refused, label="positive"), reason="read them", by="Li")
    assert (refused.data / "sources.yaml").read_text(encoding="utf-8").count("reason: read them") == 1


def no_label(project: Project) -> list[str]:
    return ids(project, "no_label")


@pytest.mark.parametrize(
    ("rule", "wanted", "reason", "message"),
    [
        (RULE, ids, "both", "the rows contradict each other: a text under several labels; expected one label a text"),
        ("no_label", no_label, "why not", "rule no_label found nothing usable"),
        (RULE, lambda _: ["0" * 16], "typo", "the quarantine holds no row 0000000000000000 under rule"),
        ("too_shrot", lambda _: [], "typo", "the quarantine holds no row under rule 'too_shrot'"),
        (RULE, lambda project: ids(project, label="positive"), "  ", "the reason is empty"),
    ],
)
def test_what_cannot_be_restored_is_refused(
    refused: Project, rule: str, wanted: Callable[[Project], list[str]], reason: str, message: str
) -> None:
    before = (refused.data / "sources.yaml").read_bytes()
    with pytest.raises(DataError, match=message):
        restoring.restore(refused, rule, wanted(refused), reason=reason, by="Li")
    assert (refused.data / "sources.yaml").read_bytes() == before


def test_rows_between_splits_stay_out(refused: Project) -> None:
    path = refused.data / "quarantine/split.parquet"
    row = tables.read(refused.data / "split/test.parquet")[:1]
    tables.write(tables.refused(row, "bridges_splits"), path, tables.REFUSED)
    with pytest.raises(DataError, match="rule bridges_splits keeps the splits apart"):
        restoring.restore(refused, "bridges_splits", reason="x", by="Li")


def test_nothing_is_restored_before_anything_was_admitted(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing was admitted yet"):
        restoring.overrule(tmp_path, RULE, ["1"], reason="x", by="Li")


def test_nothing_is_restored_while_the_data_stand_rolled_back(grown: Project) -> None:
    from daybreak.data.versioning import rollback

    rollback.rollback(grown, 1, reason="bad night", actor="Li", wait_seconds=10)
    with pytest.raises(DataError, match=r"the data stand rolled back to version 1.*daybreak data forward"):
        restoring.require_forward(grown)
