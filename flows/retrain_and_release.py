"""Retrain and release: one night, from the rows to the champion."""

from typing import Any, Literal

from prefect import flow

from daybreak.night import alone, check, demand_releasable
from flows.deciding import nothing_to_do
from flows.developing import develop, prepare_data
from flows.ending import as_state, note_ending
from flows.opening import links, open_this_night, run_name
from flows.permitting import permit
from flows.telling import tell_of
from tasks.releasing import record, release_candidate, seal, track
from tasks.showing import show_night, shown_in_ui
from tasks.tidying import share, tidy


@flow(
    name="retrain-and-release",
    flow_run_name=run_name,
    on_failure=[note_ending],
    on_crashed=[note_ending],
    on_cancellation=[note_ending],
)
def retrain_and_release(
    project: str = "sample",
    overrides: str = "",
    missed_runs: Literal["skip", "latest", "all"] = "latest",
    require_release: bool = False,
    release: bool = False,
) -> Any:
    """Prepare the data, search, train, export, judge, and release only what passed.

    Args:
        project: the project to retrain.
        overrides: settings that differ from params.yaml this once, one `section.key=value` a line.
        missed_runs: what becomes of nights that fell due while the machine was off: none of them is made up for,
            only the latest, or all, one after another. Set on a schedule, it counts for that schedule.
        require_release: end as failed when the candidate is refused.
        release: release what passed although this run was started by hand. The project `sample` always does.
    """
    night = open_this_night(project, overrides)
    demand_releasable(night)
    check(night)
    with shown_in_ui(project), alone(night) as turn:
        dataset = prepare_data(night)
        if same := nothing_to_do(night, release):
            tell_of(night, same)
            return as_state(same, require_release)

        results, steps = develop(night, dataset)
        tracked = track(night, results, links(night))
        seal(night, results, tracked, steps, links(night))
        permission = permit(night, results, tracked, turn, asked=release)
        move = release_candidate(night, results, tracked, permission)
        run = record(night, results, tracked, move, permission=permission, steps=steps, links=links(night))
        show_night(night, run, results.model.path / "history.json")
        share(night, run, return_state=True)
        tidy(night, return_state=True)
    tell_of(night, run)
    return as_state(run, require_release)
