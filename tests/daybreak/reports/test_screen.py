"""The screen a night ends with."""

from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from daybreak.records import RunRecord
from daybreak.reports import dossier, screen


def shown(record: RunRecord, checkout: Path, width: int = 100) -> str:
    console = Console(width=width, record=True, file=StringIO())
    console.print(screen.morning(record, SimpleNamespace(checkout=checkout)))  # type: ignore[arg-type]
    return console.export_text()


@pytest.fixture
def record(night: Any, tmp_path: Path) -> RunRecord:
    page = dossier.write(tmp_path / "runs" / "dossier", **night.given())
    kept: RunRecord = night.record.model_copy(update={"artifacts": {"report": str(page)}})
    return kept


def test_it_says_everything_worth_knowing(record: RunRecord, tmp_path: Path) -> None:
    text = shown(record, tmp_path)
    for phrase in (
        "Refused: the champion stays as it was",
        "data version 3",
        "80 of 100 rows kept",
        "4 min 1 s",
        "reused prepare",
        "75.0 %     50.0 %       50.0 %",
        "of 8 test rows: fixes 3, breaks 1",
        "+ 隔音不好  negative",
        "- 书很旧  negative",
        "inconclusive (warn)",
        "the candidate may be 3.0 points worse",
    ):
        assert phrase in text, phrase


def test_the_last_lines_name_version_data_verdicts_and_report(record: RunRecord, tmp_path: Path) -> None:
    lines = [line.strip() for line in shown(record, tmp_path).strip().splitlines()[-5:]]
    assert lines == [
        "model    daybreak-sample version 3",
        "data     version 3",
        "verdicts quality FAIL, parity PASS, fairness INCONCLUSIVE",
        "report   runs/dossier/report.html",
        "look     make up   (opens the Prefect and MLflow UIs)",
    ]


def test_a_released_model_can_be_asked_at_once(record: RunRecord, tmp_path: Path) -> None:
    assert record.model is not None
    model = record.model.model_copy(update={"alias": "champion"})
    text = shown(record.model_copy(update={"status": "released", "model": model}), tmp_path)
    assert "Released: version 3 is the champion" in text
    assert "daybreak-sample version 3, @champion" in text
    assert 'daybreak model predict "这家酒店很差"' in text


def test_a_night_without_changes_names_the_run_it_equals(record: RunRecord, tmp_path: Path) -> None:
    text = shown(record.model_copy(update={"status": "unchanged", "same_as": "night-1"}), tmp_path)
    assert "Nothing changed since run night-1" in text


@pytest.mark.parametrize("artifacts", [{}, {"report": "/nowhere/report.html"}])
def test_without_a_dossier_it_says_what_it_knows(record: RunRecord, tmp_path: Path, artifacts: dict[str, str]) -> None:
    text = shown(record.model_copy(update={"artifacts": artifacts, "status": "failed", "verdicts": ()}), tmp_path)
    assert "Failed: quality: worse than the baseline" in text
    assert "candidate" not in text


def test_long_texts_are_cut_to_the_width_they_take() -> None:
    assert screen._cut("短") == "短"
    cut = screen._cut("很好" * 60)
    assert cut.endswith("…")
    assert cell_len(cut) <= 56


def test_square_brackets_of_users_are_text(record: RunRecord, tmp_path: Path) -> None:
    verdict = record.verdicts[0].model_copy(update={"reason": "limit [bold]0.2[/bold]"})
    assert "limit [bold]0.2[/bold]" in shown(record.model_copy(update={"verdicts": (verdict,)}), tmp_path)
