"""Train a model and let every gate judge it, without a release."""

from typing import Any

from prefect import flow

from daybreak.night import alone, check, writes
from daybreak.reports import summary
from flows.developing import develop, develop_writer, prepare_data
from flows.opening import open_this_night
from flows.outcome import ended, named
from tasks.showing import shown_in_ui


@flow(name="train-model", flow_run_name=named("training"))
def train_model(project: str = "sample", overrides: str = "") -> Any:
    """Prepare the data, search, train, export and judge; the champion stays whatever comes out.

    A language model is held against its untuned base instead.

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
            run = develop_writer(night, dataset)
            return ended(project, summary.of_training(run), run)
        results, _ = develop(night, dataset)
    blockers = [verdict.gate for verdict in results.judgement.blocked_by]
    verdict = f"A release would be refused by {', '.join(blockers)}." if blockers else "It passed every gate."
    return ended(project, f"Trained on data version {results.dataset.version}. {verdict}", results.judgement)
