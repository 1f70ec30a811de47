"""Which run is explained, in which language, and what is said of a dossier that was altered."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from daybreak.errors import BadInput
from daybreak.ledger import Ledger
from daybreak.records import RunRecord
from daybreak.releasing import sealing
from daybreak.reports import dossier, explaining


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield opened
    opened.close()


@pytest.fixture
def judged(night: Any, ledger: Ledger, tmp_path: Path) -> RunRecord:
    """A refused run in the ledger, with its dossier on disk."""
    page = dossier.write(tmp_path / night.record.run_id / "dossier", **night.given())
    changes = {"artifacts": {"report": str(page)}, "dossier": sealing.read(page.parent)}
    record: RunRecord = night.record.model_copy(update=changes)
    ledger.record_run(record)
    return record


def later(record: RunRecord, **changes: Any) -> RunRecord:
    facts = {"run_id": "20260302-1", "verdicts": (), "dossier": "", "started_at": record.started_at + timedelta(days=1)}
    return record.model_copy(update={**facts, **changes})


def test_the_latest_run_is_explained_in_plain_words(ledger: Ledger, judged: RunRecord, tmp_path: Path) -> None:
    found = explaining.explain(ledger, "sample", None, "en", tmp_path)
    text = explaining.in_words(found, "en")
    assert found["run"] == judged.run_id
    assert [verdict["gate"] for verdict in found["verdicts"]] == ["quality", "parity", "fairness"]
    assert "Version 3 of 2026-03-01 was not released" in text
    assert "Right answers (quality) · fail" in text
    assert "Warnings, which do not stop a release:" in text
    assert "The others do not stand against it:" in text
    assert found["report"] in text
    json.dumps(found)


def test_it_speaks_chinese(ledger: Ledger, judged: RunRecord, tmp_path: Path) -> None:
    text = explaining.in_words(explaining.explain(ledger, "sample", None, "zh", tmp_path), "zh")
    assert "答得对不对 (quality) · 不通过" in text
    assert "警告（不阻止发布）" in text


def test_the_gates_own_figures_are_a_flag_away(ledger: Ledger, judged: RunRecord, tmp_path: Path) -> None:
    found = explaining.explain(ledger, "sample", judged.run_id[:10], "en", tmp_path)
    assert judged.verdicts[0].reason in explaining.in_words(found, "en", verbose=True)


def test_a_run_that_found_nothing_changed_is_told_by_the_one_it_is_the_same_as(
    ledger: Ledger, judged: RunRecord, tmp_path: Path
) -> None:
    ledger.record_run(later(judged, status="unchanged", same_as=judged.run_id))
    found = explaining.explain(ledger, "sample", None, "en", tmp_path)
    assert found["run"] == judged.run_id
    assert found["remarks"] == ["Run 20260302-1 found nothing changed since this one."]


def test_a_night_that_broke_off_is_said_and_the_last_judged_one_told(
    ledger: Ledger, judged: RunRecord, tmp_path: Path
) -> None:
    ledger.record_run(later(judged, status="failed", reason="the disk is full"))
    found = explaining.explain(ledger, "sample", None, "en", tmp_path)
    assert found["run"] == judged.run_id
    assert "Run 20260302-1 judged nothing (the disk is full)" in found["remarks"][0]
    assert found["remarks"][0] in explaining.in_words(found, "en")


def test_a_run_without_a_judgement_is_bad_input(ledger: Ledger, judged: RunRecord, tmp_path: Path) -> None:
    ledger.record_run(later(judged, status="failed", reason="the disk is full"))
    with pytest.raises(BadInput, match="run 20260302-1 was not judged: the disk is full; expected a run that gates"):
        explaining.explain(ledger, "sample", "20260302-1", "en", tmp_path)


@pytest.mark.parametrize("run", [None, "nowhere"])
def test_an_unknown_run_is_bad_input(ledger: Ledger, run: str | None, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no run"):
        explaining.explain(ledger, "sample", run, "en", tmp_path)


def test_an_altered_dossier_is_said(ledger: Ledger, judged: RunRecord, tmp_path: Path) -> None:
    path = Path(judged.artifacts["report"]).with_name("dossier.json")
    path.write_text(path.read_text(encoding="utf-8").replace("FAIL", "PASS"), encoding="utf-8")
    found = explaining.explain(ledger, "sample", None, "en", tmp_path)
    assert "dossier.json was altered since it was written" in found["remarks"][0]
    assert found["explanation"]["stops"]
