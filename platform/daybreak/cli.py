"""The rooms' commands: argument shells that print what the rooms return."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from daybreak.errors import BadInput
from daybreak.night import Night, open_night
from daybreak.records import Champion, RunRecord

ProjectOption = Annotated[str | None, typer.Option("--project", help="Which project; the current folder's by default.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]

app = typer.Typer(
    name="daybreak",
    help="Retrain by night, release at daybreak, and only what passed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
data = typer.Typer(help="Prepare and list data versions.", no_args_is_help=True)
runs = typer.Typer(help="List and show past nights.", no_args_is_help=True)
gates = typer.Typer(help="List the gates, and explain their verdicts.", no_args_is_help=True)
model = typer.Typer(help="Ask the champion, and see how it came to be.", no_args_is_help=True)
for name, group in {"data": data, "runs": runs, "gates": gates, "model": model}.items():
    app.add_typer(group, name=name)


def show(value: Any, as_json: bool, render: Callable[[Any], Any]) -> None:
    """Print a JSON object, or what `render` makes of the value for people."""
    from rich.console import Console

    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
    else:
        Console().print(render(value))


def _open(project: str | None) -> Night:
    return open_night(project, (), Path.cwd())


def _champion(night: Night) -> Champion:
    from daybreak.recording import open_ledger

    champion = open_ledger(night).champion(night.project.name)
    if champion is None:
        raise BadInput(
            f"project {night.project.name} has no champion yet", "a released model", "Run daybreak run first"
        )
    return champion


@data.command("prepare")
def data_prepare(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Bring the data version up to date: ingest, clean, dedupe, split, describe."""
    from contextlib import nullcontext

    from daybreak import night as steps
    from daybreak.data import versions
    from daybreak.reports import bars, listings

    night = _open(project)
    with steps.alone(night), nullcontext() if as_json else bars.watching():
        steps.prepare(night)
    show(versions.summary(night.project), as_json, listings.preparation)


@data.command("versions")
def data_versions(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the prepared data versions, oldest first."""
    from daybreak.data import versions
    from daybreak.reports import listings

    show({"versions": versions.versions(_open(project).project)}, as_json, listings.data_versions)


@runs.command("list")
def runs_list(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the last nights, newest first."""
    from daybreak.recording import open_ledger
    from daybreak.reports import listings

    night = _open(project)
    found = open_ledger(night).runs(night.project.name)
    show({"runs": [run.model_dump(mode="json") for run in found]}, as_json, lambda _: listings.runs(found))


@runs.command("show")
def runs_show(
    run: Annotated[str | None, typer.Argument(help="A run's id; the latest without one.")] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one night: what was trained, on what, what the gates said, where its files are."""
    from daybreak.reports import screen

    night = _open(project)
    record = _run(night, run)
    show(record.model_dump(mode="json"), as_json, lambda _: screen.morning(record, night))


@gates.command("list")
def gates_list(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Name every gate with its file, mode and limits."""
    from daybreak import gates as room
    from daybreak.reports import listings

    night = _open(project)
    found = [
        {
            "gate": name,
            "file": str(module.__file__),
            "mode": getattr(night.params.gates, name).mode,
            "limits": getattr(night.params.gates, name).model_dump(mode="json", exclude={"mode"}),
        }
        for name, module in room.discover().items()
    ]
    show({"gates": found}, as_json, listings.gates)


@gates.command("explain")
def gates_explain(
    run: Annotated[str | None, typer.Argument(help="A run's id; the latest without one.")] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say in sentences what each gate measured, and why the candidate passed or not."""
    from daybreak.reports import listings

    verdicts = [verdict.model_dump(mode="json") for verdict in _run(_open(project), run).verdicts]
    show({"verdicts": verdicts}, as_json, listings.explanation)


@model.command("predict")
def model_predict(
    text: Annotated[list[str], typer.Argument(help="One or more texts.")],
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the champion."""
    from daybreak.inference import Predictor
    from daybreak.reports import listings

    champion = _champion(_open(project))
    predicted = Predictor(champion.artifact.path).predict(text)
    answers = [
        {"text": each, "label": label, "probability": round(float(row.max()), 4)}
        for each, label, row in zip(text, predicted.labels, predicted.probabilities, strict=True)
    ]
    show({"version": champion.version, "answers": answers}, as_json, listings.answers)


@model.command("versions")
def model_versions(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the registered versions, newest first, and which one is champion."""
    from daybreak.recording import open_ledger
    from daybreak.reports import listings
    from daybreak.tracking import Registry

    night = _open(project)
    champion = open_ledger(night).champion(night.project.name)
    known = Registry(night.settings.mlflow).versions(night.project)
    found = [
        {**each.model_dump(mode="json"), "champion": bool(champion and champion.version == each.version)}
        for each in known
    ]
    show({"versions": found}, as_json, listings.model_versions)


@model.command("history")
def model_history(
    at: Annotated[str | None, typer.Option(help="A moment with its zone, such as 2026-11-20T08:00+08:00.")] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every move of the champion, newest first: when, who, from, to, why."""
    from daybreak.recording import open_ledger
    from daybreak.reports import listings

    night = _open(project)
    moves = open_ledger(night).history(night.project.name, _moment(at) if at else None)
    rows = [
        {
            **move.model_dump(mode="json", exclude={"from_version", "to_version"}),
            "from": move.from_version,
            "to": move.to_version,
        }
        for move in moves
    ]
    show({"moves": rows}, as_json, listings.history)


@app.command("reset")
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete the state of all projects: runs, models, champions, tracking. Data and its tags stay."""
    import shutil

    from daybreak.night import alone
    from daybreak.settings import STATE

    night = _open(project)
    home = night.settings.home
    if not yes and not typer.confirm(f"Delete every run, model and release in {home}?"):
        raise typer.Abort
    with alone(night):
        found = [path for name in STATE for path in home.glob(name)]
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    show({"deleted": [str(path) for path in found]}, as_json, lambda _: f"Emptied {home}. Data versions are kept.")


def _run(night: Night, run: str | None) -> RunRecord:
    from daybreak.recording import open_ledger

    record = open_ledger(night).run(night.project.name, run)
    if record is None:
        raise BadInput(
            f"there is no run {run or ''} of project {night.project.name}", "a run", "See daybreak runs list"
        )
    return record


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text} is not a time", "such as 2026-11-20T08:00+08:00") from None
    if moment.tzinfo is None:
        raise BadInput(f"{text} has no time zone", "such as 2026-11-20T08:00+08:00")
    return moment
