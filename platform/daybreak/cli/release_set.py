"""`daybreak data release`: the rows that judge releases are drawn or brought, reviewed, frozen, and shown."""

from pathlib import Path
from typing import Annotated

import typer

from daybreak.cli.base import JsonOption, ProjectOption, actor, data, open_project, show

release = typer.Typer(help="Rows that judge releases: draw or bring them, review the draft, freeze it.")
data.add_typer(release, name="release", no_args_is_help=True)


@release.command("show")
def release_show(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Show the frozen release set, the draft, and who froze what and why."""
    from daybreak.data.reviewing import freezing
    from daybreak.reports import evaluation_sets

    show(freezing.status(open_project(project).project), as_json, evaluation_sets.release)


@release.command("draw")
def release_draw(
    rows: Annotated[int, typer.Option("--rows", min=1, help="About how many rows to draw.")] = 500,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft rows from the test split, which no model was trained on. A frozen set stays until the draft is frozen."""
    from daybreak import night as steps
    from daybreak.data.reviewing import freezing
    from daybreak.reports import evaluation_sets

    night = open_project(project)
    with steps.alone(night):
        told = freezing.draw(night.project, rows)
    show(told, as_json, evaluation_sets.release)


@release.command("bring")
def release_bring(
    file: Annotated[Path, typer.Argument(help="Rows of your own, with the columns that ingest reads.")],
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft the rows of a file. A frozen set stays until the draft is frozen."""
    from daybreak import night as steps
    from daybreak.data.reviewing import freezing
    from daybreak.reports import evaluation_sets

    night = open_project(project)
    with steps.alone(night):
        told = freezing.bring(night.project, file)
    show(told, as_json, evaluation_sets.release)


@release.command("freeze")
def release_freeze(
    reason: Annotated[str, typer.Option("--reason", help="Why these rows, or why others than before.")],
    by: Annotated[str, typer.Option("--by", help="Who reviewed them; you by default.")] = "",
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the reviewed draft the release set: from then on no split has its rows or rows like them."""
    from daybreak import night as steps
    from daybreak.data.reviewing import freezing
    from daybreak.reports import evaluation_sets

    night = open_project(project)
    with steps.alone(night):
        made = freezing.freeze(night.project, by=actor(by), reason=reason)
    show(made.model_dump(mode="json"), as_json, evaluation_sets.frozen)
