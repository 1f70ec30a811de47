"""`daybreak data quarantine`: what was set aside, what rules would set aside, and a person's word against it."""

from typing import Annotated, Any

import typer

from daybreak.cli.base import JsonOption, ProjectOption, actor, data, open_project, show
from daybreak.errors import DataError
from daybreak.records import Project


@data.command("quarantine")
def data_quarantine(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Rows to restore; all without any.")
    ] = None,
    rule: Annotated[str, typer.Option("--rule", help="Only what this rule refused.")] = "",
    restore: Annotated[
        bool, typer.Option("--restore", help="Put rows of --rule back: it no longer holds them.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Change nothing: say what would come back, or what clean would refuse now."),
    ] = False,
    admit: Annotated[str, typer.Option("--admit", metavar="BATCH", help="Admit this held or excluded batch.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept with the decision.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who decides; you by default.")] = "",
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was set aside: batches, with the check that held them, and rows, by rule.

    --admit takes a batch in, --restore puts rows back from the next preparation on. --dry-run alone tries the rules of
    params.yaml, as they stand, on the rows that are there.
    """
    from daybreak.data.admitting import incoming
    from daybreak.data.quarantining import quarantine
    from daybreak.data.versioning import rehearsing
    from daybreak.reports import batches

    found = open_project(project).project
    if admit and (restore or ids or rule):
        raise DataError("--admit takes in a batch, --restore rows", "one of the two", "Run them one after the other")
    if admit:
        decision = incoming.admit_held(found, admit, reason, actor(by))
        show(decision.model_dump(mode="json"), as_json, batches.decision)
    elif restore:
        _restore(project, rule, ids or [], reason, by, dry_run, as_json)
    elif reason or by or ids:
        raise DataError("ids, --reason and --by belong to a decision", "--admit BATCH or --restore", "Say which")
    elif dry_run:
        show(rehearsing.preview(found.root, rule), as_json, batches.preview)
    elif rule:
        show(quarantine.one_rule(found.root, rule), as_json, batches.rule)
    else:
        show(_set_aside(found), as_json, batches.quarantine)


def _restore(
    project: str | None, rule: str, ids: list[str], reason: str, by: str, dry_run: bool, as_json: bool
) -> None:
    from daybreak import night as steps
    from daybreak.data.reviewing import restoring
    from daybreak.reports import batches

    night = open_project(project)
    if not rule:
        raise DataError("--restore puts rows of one rule back", "--rule RULE", "See `daybreak data quarantine`")
    with steps.alone(night):
        told = restoring.restore(night.project, rule, ids, reason=reason, by=actor(by), dry_run=dry_run)
    show(told, as_json, batches.restored)


def _set_aside(project: Project) -> dict[str, Any]:
    from daybreak.data.admitting import incoming
    from daybreak.data.quarantining import quarantine

    return {
        "held": [each.model_dump(mode="json") for each in incoming.held(project)],
        "excluded": [each.model_dump(mode="json") for each in incoming.excluded(project)],
        "waiting": incoming.left(project),
        "quarantined": quarantine.by_rule(project.root),
    }
