"""`daybreak data`: prepare, list and compare data versions, roll them back and forward, and forget rows."""

from typing import Annotated

import typer

from daybreak.cli.base import JsonOption, ProjectOption, actor, data, open_project, show

VersionArgument = Annotated[int, typer.Argument(help="A data version's number: see `daybreak data versions`.")]
EVERY = 1_000_000  # nights; more than there are
ByOption = Annotated[str, typer.Option("--by", help="Who does it; you by default.")]


@data.command("prepare")
def data_prepare(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Bring the data version up to date: ingest, clean, dedupe, split, describe.

    While the data are rolled back, nothing new is prepared: see `daybreak data forward`.
    """
    from contextlib import nullcontext

    from daybreak import night as steps
    from daybreak.data.versioning import versions
    from daybreak.reports import bars, listings

    night = open_project(project)
    with steps.alone(night), nullcontext() if as_json else bars.watching():
        steps.prepare(night)
    show(versions.summary(night.project), as_json, listings.preparation)


@data.command("versions")
def data_versions(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the prepared data versions, oldest first, and which of them lies prepared or stands rolled back."""
    from daybreak.data.versioning import versions
    from daybreak.reports import listings

    show(versions.listing(open_project(project).project), as_json, listings.data_versions)


@data.command("diff")
def data_diff(
    a: VersionArgument,
    b: VersionArgument,
    project: ProjectOption = None,
    as_json: JsonOption = False,
    examples: Annotated[int, typer.Option(min=0, help="How many rows of each kind to show.")] = 3,
) -> None:
    """Compare two data versions: rows added, removed, relabelled, moved between splits, set aside, with examples."""
    from daybreak.data.versioning import difference
    from daybreak.reports import rows

    show(difference.diff(open_project(project).project, a, b, examples), as_json, rows.difference)


@data.command("rollback")
def data_rollback(
    version: VersionArgument,
    reason: Annotated[str, typer.Option(help="Why, for those who come after.")],
    by: ByOption = "",
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the data those of an earlier version; the next nights train on them until `daybreak data forward`.

    Of params.yaml, only the sections of the data stages change. What they hold now comes back on `forward`, edits that
    were not committed included. Files that come in meanwhile wait.
    """
    from daybreak import night as steps
    from daybreak.data.versioning import rollback, versions
    from daybreak.reports import listings

    night = open_project(project)
    with steps.alone(night):
        rollback.rollback(
            night.project, version, reason=reason, actor=actor(by), wait_seconds=night.settings.lock_wait_seconds
        )
    show(versions.summary(night.project), as_json, listings.preparation)


@data.command("forward")
def data_forward(by: ByOption = "", project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """End a rollback: data and settings are again those from before it, and the next night goes on from there."""
    from daybreak import night as steps
    from daybreak.data.versioning import rollback, versions
    from daybreak.reports import listings

    night = open_project(project)
    with steps.alone(night):
        rollback.forward(night.project, actor=actor(by), wait_seconds=night.settings.lock_wait_seconds)
    show(versions.listing(night.project), as_json, listings.data_versions)


@data.command("forget")
def data_forget(
    row: Annotated[str, typer.Argument(metavar="ID", help="A row's id, as reports and Parquet files name it.")],
    reason: Annotated[str, typer.Option(help="Why, and who asked for it.")],
    by: ByOption = "",
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a row from every data version, raw file, cache and remote, and name the models that saw it.

    Versions that held it are prepared again without it and keep their numbers. What nights derived from the data is
    emptied; models, reports of past nights, other clones and backups are not touched.
    """
    import shutil

    from daybreak import night as steps
    from daybreak.data.versioning import forgetting
    from daybreak.recording import open_ledger
    from daybreak.reports import rows

    night = open_project(project)
    with steps.alone(night):
        wait_seconds = night.settings.lock_wait_seconds
        found = forgetting.forget(night.project, row, reason=reason, actor=actor(by), wait_seconds=wait_seconds)
        shutil.rmtree(night.store.root, ignore_errors=True)
    nights = open_ledger(night).runs(night.project.name, limit=EVERY)
    trained = [run.model for run in nights if run.model and run.data_version in found.versions]
    saw = sorted({model.version for model in trained if model.version is not None})
    show({**found.model_dump(mode="json", exclude={"objects"}), "models": saw}, as_json, rows.forgotten)
