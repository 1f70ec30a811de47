"""`daybreak data report`: the page of a data version, beside the version before it and the champion's data."""

from typing import Annotated

import typer

from daybreak.cli.base import JsonOption, ProjectOption, data, open_project, show


@data.command("report")
def data_report(
    version: Annotated[int | None, typer.Argument(help="A data version's number; the prepared one without it.")] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a version's page, and say how far its texts drifted from the version before and the champion's data."""
    from daybreak.data.versioning import report
    from daybreak.recording import open_ledger
    from daybreak.reports import review as drawn

    night = open_project(project)
    champion = open_ledger(night).champion(night.project.name)
    trained_on = champion.data_version if champion else None
    told = report.report(night.project, version, trained_on, night.settings.lock_wait_seconds)
    show(told, as_json, drawn.report)
