"""`daybreak run`: one night, or any other flow, now."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from daybreak.cli import JsonOption, ProjectOption, app, show
from daybreak.night import Night, check, demand_releasable, open_night
from daybreak.records import RunRecord
from flows import catalogue, checks

NIGHT = "retrain-and-release"


@app.command("run")
def run(
    flow: Annotated[str, typer.Argument(help="Which flow.")] = NIGHT,
    pairs: Annotated[
        list[str] | None,
        typer.Option("-p", help="section.key=value, this once; for other flows parameter=value. May be repeated."),
    ] = None,
    only_plan: Annotated[
        bool, typer.Option("--plan", help="Say what would run again, why, and about how long.")
    ] = False,
    release: Annotated[bool, typer.Option("--release", help="Release what passes, though started by hand.")] = False,
    require_release: Annotated[bool, typer.Option(help="Exit with 3 when the candidate is refused.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run one night, now: prepare, search, train, export, judge, release. No server needed. Or any other flow."""
    catalogue.entrypoint(flow)
    night = open_night(project, pairs or () if flow == NIGHT else (), Path.cwd())
    checks.demand_room(night)
    if flow == NIGHT:
        demand_releasable(night)
        check(night)
    if flow != NIGHT:
        _run_other(flow, night, pairs or (), as_json)
    elif only_plan:
        _show_plan(night, as_json)
    elif _run_night(night, release, as_json).denied and require_release:
        raise typer.Exit(3)


def _run_night(night: Night, release: bool, as_json: bool) -> RunRecord:
    from daybreak import notifying
    from daybreak.reports import bars, screen
    from flows import deciding, starting

    if record := deciding.nothing_to_do(night, release):
        notifying.beat(night.settings)
    else:
        record = starting.run_night(night, nullcontext() if as_json else bars.watching(), release=release)
    show(record.model_dump(mode="json"), as_json, lambda _: screen.morning(record, night))
    return record


def _show_plan(night: Night, as_json: bool) -> None:
    from daybreak.planning import plan
    from daybreak.recording import open_ledger
    from daybreak.reports import listings

    found = plan(night, open_ledger(night))
    show(found.model_dump(mode="json", exclude={"results"}), as_json, lambda _: listings.plan(found))


def _run_other(flow: str, night: Night, pairs: Sequence[str], as_json: bool) -> None:
    from daybreak.reports import bars
    from flows import starting

    watching = nullcontext() if as_json else bars.watching()
    outcome = starting.run_flow(flow, night, starting.parameters_of(flow, pairs), watching)
    show(outcome.found.model_dump(mode="json"), as_json, lambda _: outcome.message)
