"""What every command shares: the groups, the options each of them takes, and how a result is printed."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from daybreak.errors import BadInput
from daybreak.night import Night, open_night
from daybreak.records import RunRecord

ProjectOption = Annotated[str | None, typer.Option("--project", help="Which project; the current folder's by default.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
RunArgument = Annotated[str | None, typer.Argument(help="A run's id; the latest without one.")]

app = typer.Typer(
    name="daybreak",
    help="Retrain by night, release at daybreak, and only what passed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
data = typer.Typer(help="Prepare, compare, roll back and forget data.", no_args_is_help=True)
runs = typer.Typer(help="List and show past nights.", no_args_is_help=True)
gates = typer.Typer(help="List the gates, and explain their verdicts.", no_args_is_help=True)
model = typer.Typer(help="Ask the champion, release, roll back, and see how it came to be.", no_args_is_help=True)
for name, group in {"data": data, "runs": runs, "gates": gates, "model": model}.items():
    app.add_typer(group, name=name)


def show(value: Any, as_json: bool, render: Callable[[Any], Any]) -> None:
    """Print a JSON object, or what `render` makes of the value for people."""
    from rich.console import Console

    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
    else:
        drawn = render(value)
        Console().print(drawn, soft_wrap=isinstance(drawn, str))  # an address or a command is not broken into lines


def open_project(project: str | None) -> Night:
    """The named project, or the current folder's, with its params and state."""
    return open_night(project, (), Path.cwd())


def find_run(night: Night, run: str | None) -> RunRecord:
    """One run of the night's project, the latest without an id. Raises BadInput if there is none."""
    from daybreak.recording import open_ledger

    record = open_ledger(night).run(night.project.name, run)
    if record is None:
        raise BadInput(
            f"there is no run {run or ''} of project {night.project.name}", "a run", "See daybreak runs list"
        )
    return record


def actor(by: str) -> str:
    """The name given, else whoever runs the command, as the system knows them. Raises BadInput if nobody does."""
    from getpass import getuser

    try:
        return by or getuser()
    except (OSError, KeyError):
        raise BadInput("nobody knows who you are", "a name", "Give one with --by") from None


def moment(text: str) -> datetime:
    """A moment in time. Raises BadInput for what is none, and for one without a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text} is not a time", "such as 2026-11-20T08:00+08:00") from None
    if moment.tzinfo is None:
        raise BadInput(f"{text} has no time zone", "such as 2026-11-20T08:00+08:00")
    return moment
