"""`daybreak runs`: list and show past nights."""

from daybreak.cli.base import JsonOption, ProjectOption, RunArgument, find_run, open_project, runs, show


@runs.command("list")
def runs_list(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the last nights, newest first."""
    from daybreak.recording import open_ledger
    from daybreak.reports import listings

    night = open_project(project)
    found = open_ledger(night).runs(night.project.name)
    show({"runs": [run.model_dump(mode="json") for run in found]}, as_json, lambda _: listings.runs(found))


@runs.command("show")
def runs_show(
    run: RunArgument = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one night: what was trained, on what, what the gates said, where its files are."""
    from daybreak.reports import screen

    night = open_project(project)
    record = find_run(night, run)
    show(record.model_dump(mode="json"), as_json, lambda _: screen.morning(record, night))
