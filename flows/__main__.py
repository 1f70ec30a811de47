"""The `daybreak` command: the rooms' commands, and those that start flows."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from daybreak.cli import JsonOption, ProjectOption, app, show
from daybreak.errors import DaybreakError
from daybreak.settings import QUIET, export_environment


@app.command("run")
def run(
    flow: Annotated[str, typer.Argument(help="Which flow.")] = "retrain-and-release",
    override: Annotated[
        list[str] | None, typer.Option("-p", help="section.key=value, this once; may be repeated.")
    ] = None,
    only_plan: Annotated[
        bool, typer.Option("--plan", help="Say what would run again, why, and about how long.")
    ] = False,
    require_release: Annotated[bool, typer.Option(help="Exit with 3 when the candidate is refused.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run one night, now: prepare, search, train, export, judge, release. No server needed."""
    from daybreak.night import open_night
    from flows import checks

    checks.demand_flow(flow)
    night = open_night(project, override or (), Path.cwd())
    checks.demand_room(night)

    from daybreak.planning import plan
    from daybreak.recording import open_ledger, unchanged
    from daybreak.reports import bars, listings, screen
    from flows import starting

    ledger = open_ledger(night)
    found = plan(night, ledger)
    if only_plan:
        show(found.model_dump(mode="json", exclude={"results"}), as_json, lambda _: listings.plan(found))
        return
    record = unchanged(night, ledger, found.results) if found.results else None
    ledger.close()
    record = record or starting.run_night(night, nullcontext() if as_json else bars.watching())
    show(record.model_dump(mode="json"), as_json, lambda _: screen.morning(record, night))
    if require_release and record.denied:
        raise typer.Exit(3)


def main() -> None:
    """Entry point: our errors become one sentence on stderr and their exit code."""
    export_environment(QUIET)
    try:
        app()
    except DaybreakError as error:
        sys.stderr.write(f"daybreak: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
