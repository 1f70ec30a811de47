"""The screen a night ends with."""

import re
import shlex
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from pydantic import SecretStr
from rich.cells import cell_len
from rich.console import Console

from daybreak.records import RunRecord
from daybreak.reports import dossier, screen
from daybreak.settings import Settings

CHECKOUT = Path(__file__).parents[3]


def shown(record: RunRecord, checkout: Path, width: int = 100, **settings: Any) -> str:
    night = SimpleNamespace(checkout=checkout, settings=Settings(**{"home": checkout / ".daybreak", **settings}))
    console = Console(width=width, record=True, file=StringIO())
    console.print(screen.morning(record, night))  # type: ignore[arg-type]
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
        "look     mlflow ui --backend-store-uri sqlite:///.daybreak/mlflow.db",
    ]


def test_a_released_model_can_be_asked_at_once(record: RunRecord, tmp_path: Path) -> None:
    assert record.model is not None
    model = record.model.model_copy(update={"alias": "champion"})
    text = shown(record.model_copy(update={"status": "released", "model": model}), tmp_path)
    assert "Released: version 3 is the champion" in text
    assert "daybreak-sample version 3, @champion" in text
    assert 'ask it   daybreak model predict "这家酒店很差"' in text


def test_every_command_it_names_exists(record: RunRecord) -> None:
    assert record.model is not None
    model = record.model.model_copy(update={"alias": "champion"})
    text = shown(record.model_copy(update={"status": "released", "model": model}), CHECKOUT)
    lines = dict(re.findall(r"^(ask it|look) +(.+?) *$", text, re.MULTILINE))
    assert runs_here(lines["ask it"], "daybreak")
    assert runs_here(lines["look"], "mlflow")


def runs_here(line: str, program: str) -> bool:
    """Whether a shell in the checkout finds the program, and the program the command."""
    first, *words = shlex.split(line)
    command = entry(program)
    while words and hasattr(command, "get_command"):
        command = command.get_command(None, words.pop(0))
    if command is None:
        return False
    options = {option for parameter in command.params for option in parameter.opts}
    found = (CHECKOUT / first).is_file() if "/" in first else first == program
    return found and all(word in options for word in words if word.startswith("-"))


def entry(program: str) -> Any:
    """What a program's command line begins with."""
    if program == "mlflow":
        from mlflow.cli import cli

        return cli
    import flows.__main__  # noqa: F401 - adds its commands to those of the rooms
    from daybreak.cli import app

    return typer.main.get_command(app)


@pytest.mark.parametrize("line", ["daybreak model predikt 好", "mlflow ui --bakend x", ".venv/bin/no-such ui"])
def test_an_invented_command_is_seen(line: str) -> None:
    assert not runs_here(line, "daybreak" if "daybreak" in line else "mlflow")


def test_programs_of_the_checkouts_own_environment_are_named_as_such(record: RunRecord, tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("daybreak", "mlflow"):
        (tmp_path / ".venv" / "bin" / name).touch()
    assert record.model is not None
    model = record.model.model_copy(update={"alias": "champion"})
    text = shown(record.model_copy(update={"model": model}), tmp_path)
    assert 'ask it   .venv/bin/daybreak model predict "' in text
    assert "look     .venv/bin/mlflow ui --backend-store-uri sqlite:///.daybreak/mlflow.db" in text


def test_a_home_elsewhere_is_named_whole(record: RunRecord, tmp_path: Path) -> None:
    text = shown(record, tmp_path / "checkout", 400, home=tmp_path / "home")
    assert f"--backend-store-uri sqlite:///{tmp_path / 'home' / 'mlflow.db'}" in text


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("postgresql://u:s3cret@h/db", 'look     mlflow ui --backend-store-uri "$DAYBREAK_MLFLOW_URL"'),
        ("https://u:s3cret@mlflow.example", "look     the MLflow server that DAYBREAK_MLFLOW_URL names"),
    ],
)
def test_an_address_of_somebodys_own_stays_in_its_variable(
    record: RunRecord, tmp_path: Path, url: str, line: str
) -> None:
    text = shown(record, tmp_path, mlflow_url=SecretStr(url))
    assert line in text
    assert "s3cret" not in text


def test_a_night_without_changes_names_the_run_it_equals(record: RunRecord, tmp_path: Path) -> None:
    same = record.model_copy(update={"status": "unchanged", "same_as": "night-1"})
    assert "Nothing changed since run night-1: quality: worse than the baseline" in shown(same, tmp_path)
    assert "Nothing changed since run night-1 ─" in shown(same.model_copy(update={"reason": ""}), tmp_path)


def test_a_champion_judged_again_is_said_with_its_reason(record: RunRecord, tmp_path: Path) -> None:
    again = record.model_copy(update={"status": "unchanged", "reason": "judged again"})
    assert "Unchanged: judged again" in shown(again, tmp_path)
    assert "Unchanged: the candidate is the champion" in shown(again.model_copy(update={"reason": ""}), tmp_path)


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
