"""`daybreak data`: prepare and list data versions."""

from daybreak.cli.base import JsonOption, ProjectOption, data, open_project, show


@data.command("prepare")
def data_prepare(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Bring the data version up to date: ingest, clean, dedupe, split, describe."""
    from contextlib import nullcontext

    from daybreak import night as steps
    from daybreak.data import versions
    from daybreak.reports import bars, listings

    night = open_project(project)
    with steps.alone(night), nullcontext() if as_json else bars.watching():
        steps.prepare(night)
    show(versions.summary(night.project), as_json, listings.preparation)


@data.command("versions")
def data_versions(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the prepared data versions, oldest first."""
    from daybreak.data import versions
    from daybreak.reports import listings

    show({"versions": versions.versions(open_project(project).project)}, as_json, listings.data_versions)
