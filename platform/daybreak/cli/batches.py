"""`daybreak data batches | exclude`: which batches make the data, and which shall not."""

from typing import Annotated

import typer

from daybreak.cli.base import JsonOption, ProjectOption, actor, data, open_project, show

BatchArgument = Annotated[str, typer.Argument(help="The batch's name, or 6 or more digits of its SHA-256.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")]
ByOption = Annotated[str, typer.Option("--by", help="Who decides; you by default.")]


@data.command("batches")
def data_batches(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the batches that the data is made of, those held aside or excluded, and the files that wait."""
    from daybreak.data.admitting import incoming
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
    from daybreak.data.admitting import incoming
    from daybreak.reports import batches

    decision = incoming.exclude(open_project(project).project, batch, reason, actor(by))
    show(decision.model_dump(mode="json"), as_json, batches.decision)
