"""`daybreak model promote`, `rollback` and the rest: moving the champion at a person's word."""

import getpass
import socket
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from daybreak import projects
from daybreak.cli.base import JsonOption, ProjectOption, model, moment, show
from daybreak.errors import BadInput
from daybreak.records import Move, Project
from daybreak.settings import Settings, load_settings

ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stands in the journal for good.")]
ByOption = Annotated[str, typer.Option("--by", help="Who answers for it: a person's name.")]
WhoOption = Annotated[str | None, typer.Option("--by", help="Who asks for it; you on this machine by default.")]


class Opened(NamedTuple):
    """A project and its settings; its params.yaml may be broken, for all we know."""

    project: Project
    settings: Settings


@model.command("promote")
def model_promote(
    version: Annotated[int, typer.Argument(help="A version of daybreak model versions.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    override: Annotated[
        bool, typer.Option("--override", help="Whatever gates and holds say; needs --by, --reason.")
    ] = False,
    by: WhoOption = None,
    reason: ReasonOption = "",
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a version champion, on the verdicts of its night: shows it beside the champion, and asks."""
    from daybreak import moves
    from daybreak.reports import moves as tables

    if override and not (by and reason):
        raise BadInput("an override that nobody answers for", "--by NAME and --reason TEXT")
    if as_json and not yes:
        raise BadInput("--json cannot ask", "--yes with it")
    opened = open_place(project)
    if not as_json:
        show(moves.describe(moves.offer(opened, version)), False, tables.promotion)
    if not yes and not typer.confirm(f"Make version {version} champion?"):
        raise typer.Abort
    move = moves.promote(opened, version, actor=by or _somebody(), reason=reason, override=override)
    show(as_row(move), as_json, tables.moved)


@model.command("rollback")
def model_rollback(
    reason: ReasonOption,
    to: Annotated[int | None, typer.Option("--to", help="Which version; the last good champion without it.")] = None,
    by: WhoOption = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """The emergency brake: the last champion that was not itself rolled back is champion again, at once.

    What is withdrawn goes on hold: no night releases it, or its like, until `daybreak model unhold`.
    """
    from daybreak import moves
    from daybreak.reports import moves as tables

    move = moves.rollback(open_place(project), to=to, actor=by or _somebody(), reason=reason)
    show(as_row(move), as_json, tables.moved)


@model.command("unhold")
def model_unhold(
    by: ByOption, reason: ReasonOption, project: ProjectOption = None, as_json: JsonOption = False
) -> None:
    """Lift what a rollback put on hold, so that nights may release it again."""
    from daybreak import moves
    from daybreak.reports import moves as tables

    lifted = moves.unhold(open_place(project), actor=by, reason=reason)
    show({"lifted": [hold.model_dump(mode="json") for hold in lifted]}, as_json, tables.lifted)


@model.command("reconcile")
def model_reconcile(
    by: ByOption,
    reason: ReasonOption,
    accept: Annotated[
        bool | None, typer.Option("--accept/--restore", help="The journal follows the alias, or the alias the journal.")
    ] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Settle an alias that somebody moved in MLflow's own UI."""
    from daybreak import moves
    from daybreak.reports import moves as tables

    if accept is None:
        raise BadInput("neither --accept nor --restore", "one of them")
    move = moves.reconcile(open_place(project), accept=accept, actor=by, reason=reason)
    row = as_row(move) if move else {"alias": None}
    show(row, as_json, tables.moved if move else lambda _: "The alias was removed: the journal knows no champion.")


@model.command("fetch")
def model_fetch(
    folder: Annotated[Path, typer.Argument(help="Where to; FOLDER/current will be the champion.")],
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the champion into a folder by its hash, and switch FOLDER/current to it in one step."""
    from daybreak import moves

    found = moves.fetch(open_place(project), folder)
    done = "now serves" if found.switched else "serves already"
    show(found.model_dump(mode="json"), as_json, lambda _: f"{found.current} {done} version {found.version}.")


@model.command("evidence")
def model_evidence(
    at: Annotated[str, typer.Option(help="A moment with its zone, such as 2026-11-20T08:00+08:00.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="The file; here, named after project and moment, without it.")
    ] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write everything known of the champion of a moment into one zip file: journal, verdicts, dossier, params."""
    from daybreak import moves

    opened, when = open_place(project), moment(at)
    target = to or Path.cwd() / _file_name(opened.project, when)
    found = moves.collect_evidence(opened, when, target)
    show(found.model_dump(mode="json"), as_json, lambda _: f"Version {found.version}: {found.path}")


def open_place(project: str | None) -> Opened:
    """The named project, or the current folder's, without its params: a broken params.yaml must not stop a rollback."""
    found = projects.find_project(project, Path.cwd())
    return Opened(found, load_settings(projects.find_checkout(Path.cwd())))


def as_row(move: Move) -> dict[str, object]:
    """A move as the journal shows it."""
    row = move.model_dump(mode="json", exclude={"from_version", "to_version"})
    return {**row, "from": move.from_version, "to": move.to_version}


def _somebody() -> str:
    """Who is at the keyboard, as far as the machine knows."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # no name, as in many containers
        user = "somebody"
    return f"{user}@{socket.gethostname()}"


def _file_name(project: Project, at: datetime) -> str:
    return f"daybreak-{project.name}-{at:%Y%m%dT%H%M%S}.zip"
