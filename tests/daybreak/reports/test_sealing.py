"""A dossier is named by its content, and what was altered does not go unnoticed."""

import json
from pathlib import Path
from typing import Any

import pytest

from daybreak.records import RunRecord
from daybreak.reports import dossier, sealing


@pytest.fixture
def record(night: Any, tmp_path: Path) -> RunRecord:
    page = dossier.write(tmp_path / night.record.run_id / "dossier", **night.given())
    changes = {"artifacts": {"report": str(page)}, "dossier": sealing.read(page.parent)}
    found: RunRecord = night.record.model_copy(update=changes)
    return found


def test_the_seal_covers_all_but_itself() -> None:
    tree = {"a": 1.5, "b": ["差", None]}
    sealed = sealing.sealed(tree)
    assert sealed == {**tree, "digest": sealed["digest"]}
    assert sealing.sealed(sealed) == sealed
    assert sealing.sealed({**tree, "a": 1.6})["digest"] != sealed["digest"]


def test_what_was_written_has_no_fault(record: RunRecord, tmp_path: Path) -> None:
    assert len(record.dossier) == 64
    assert sealing.fault(record, tmp_path) == ""


def test_a_run_of_a_time_without_seals_has_no_fault(record: RunRecord, tmp_path: Path) -> None:
    assert sealing.fault(record.model_copy(update={"dossier": ""}), tmp_path) == ""


def test_an_altered_dossier_is_named_even_if_sealed_again(record: RunRecord, tmp_path: Path) -> None:
    path = Path(record.artifacts["report"]).with_name(sealing.FILE)
    tree = json.loads(path.read_text(encoding="utf-8"))
    tree["metrics"] = []
    path.write_text(json.dumps(tree), encoding="utf-8")
    assert sealing.fault(record, tmp_path) == f"{path} was altered since it was written"
    path.write_text(json.dumps(sealing.sealed(tree)), encoding="utf-8")
    assert sealing.fault(record, tmp_path) == f"{path} was altered since it was written"


@pytest.mark.parametrize("text", ["", "[]", "{not JSON"])
def test_a_broken_dossier_is_named(record: RunRecord, text: str, tmp_path: Path) -> None:
    path = Path(record.artifacts["report"]).with_name(sealing.FILE)
    path.write_text(text, encoding="utf-8")
    assert str(path) in sealing.fault(record, tmp_path)


def test_a_dossier_that_is_gone_is_named(record: RunRecord, tmp_path: Path) -> None:
    Path(record.artifacts["report"]).with_name(sealing.FILE).unlink()
    assert "cannot be read (FileNotFoundError)" in sealing.fault(record, tmp_path)


def test_a_checkout_that_was_moved_keeps_its_dossiers(record: RunRecord, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    (tmp_path / record.run_id).rename(moved / record.run_id)
    assert sealing.fault(record, moved) == ""
