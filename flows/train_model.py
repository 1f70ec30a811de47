"""Train a model and let every gate judge it, without a release."""

from typing import Any

from prefect import flow

from daybreak.night import alone, check, writes
from daybreak.reports import summary
from flows.developing import develop, prepare_data
from flows.ending import note_ending
from flows.opening import open_this_night
from flows.outcome import ended, named
from flows.telling import tell_of
from flows.unreleased import develop_unreleased
from tasks.showing import shown_in_ui
from tasks.tidying import share, tidy


@flow(
    name="train-model",
    flow_run_name=named("training"),
    on_failure=[note_ending],
    on_crashed=[note_ending],
    on_cancellation=[note_ending],
)
def train_model(project: str = "sample", overrides: str = "") -> Any:
    """Prepare the data, search, train, export and judge; the champion stays whatever comes out.

    A model of a kind that is not released is held against its untuned base instead, and an encoder is registered as a
    base for other projects. Of such projects this flow is the night.

    A night with the same settings afterwards reuses all of it, and may release.

    Args:
        project: the project to train for.
        overrides: settings that differ from params.yaml this once, one `section.key=value` a line.
    """
    night = open_this_night(project, overrides)
    check(night)
    with shown_in_ui(project), alone(night):
        dataset = prepare_data(night)
        if writes(night):
            run = develop_unreleased(night, dataset)
            share(night, run, return_state=True)
            tidy(night, return_state=True)
            tell_of(night, run)
            return ended(project, summary.of_training(run), run)
        results, _ = develop(night, dataset)
        tidy(night, return_state=True)
    blockers = [verdict.gate for verdict in results.judgement.blocked_by]
    verdict = f"A release would be refused by {', '.join(blockers)}." if blockers else "It passed every gate."
    return ended(project, f"Trained on data version {results.dataset.version}. {verdict}", results.judgement)
