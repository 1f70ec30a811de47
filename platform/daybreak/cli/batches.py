"""`daybreak data batches | exclude | quarantine`: which batches make the data, and a person's last word on them."""

from typing import Annotated, Any

import typer

from daybreak.cli.base import JsonOption, ProjectOption, data, open_project, show
from daybreak.errors import DataError

BatchArgument = Annotated[str, typer.Argument(help="The batch's name, or 6 or more digits of its SHA-256.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides; you by default.")]


@data.command("batches")
def data_batches(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the batches that the data is made of, those held aside or excluded, and the files that wait."""
    from daybreak.data import incoming
    from daybreak.reports import batches

    found = open_project(project).project
    show({"batches": incoming.listing(found), "waiting": incoming.left(found)}, as_json, batches.batches)


@data.command("exclude")
def data_exclude(
    batch: BatchArgument,
    reason: ReasonOption,
    by: ByOption = "",
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Leave a batch out from the next version on. `daybreak data quarantine --admit` takes it back in."""
    from daybreak.data import incoming
    from daybreak.reports import batches

    decision = incoming.exclude(open_project(project).project, batch, reason, by or _user())
    show(decision.model_dump(mode="json"), as_json, batches.decision)


@data.command("quarantine")
def data_quarantine(
    admit: Annotated[str, typer.Option("--admit", metavar="BATCH", help="Admit this held or excluded batch.")] = "",
    reason: ReasonOption = "",
    by: ByOption = "",
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was set aside: batches, with the check that held them, and rows, by rule. --admit takes a batch in."""
    from daybreak.data import incoming
    from daybreak.reports import batches

    found = open_project(project).project
    if admit:
        decision = incoming.admit_held(found, admit, reason, by or _user())
        show(decision.model_dump(mode="json"), as_json, batches.decision)
        return
    if reason or by:
        raise DataError("--reason and --by say why a batch is admitted", "--admit BATCH", "Name the batch")
    show(_set_aside(found), as_json, batches.quarantine)


def _set_aside(project: Any) -> dict[str, Any]:
    from daybreak.data import incoming, quarantine

    return {
        "held": [each.model_dump(mode="json") for each in incoming.held(project)],
        "excluded": [each.model_dump(mode="json") for each in incoming.excluded(project)],
        "waiting": incoming.left(project),
        "quarantined": quarantine.by_rule(project.root),
    }


def _user() -> str:
    """Whoever runs the command, as the system knows them."""
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError):
        raise DataError("nobody knows who you are", "a name", "Give one with --by") from None
