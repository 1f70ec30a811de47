"""Tracking, release and record as tasks."""

import contextlib

from prefect import task
from prefect.artifacts import create_markdown_artifact

from daybreak import recording
from daybreak.night import Night
from daybreak.planning import Results
from daybreak.recording import Tracked
from daybreak.records import Move, RunRecord
from tasks.policy import may_help

Links = dict[str, str]


@task(name="track", retries=1, retry_condition_fn=may_help, timeout_seconds=1800)
def track(night: Night, results: Results, links: Links) -> Tracked:
    """Write the night to MLflow and register the artifact that ships."""
    return recording.track(night, results, links)


@task(name="release", retries=1, retry_condition_fn=may_help, timeout_seconds=600)
def release(night: Night, results: Results, tracked: Tracked) -> Move | None:
    """Move the champion if every blocking gate agreed."""
    return recording.release(night, results, tracked, actor="retrain-and-release")


@task(name="record", timeout_seconds=600)
def record(
    night: Night, results: Results, tracked: Tracked, move: Move | None, *, steps: recording.Steps, links: Links
) -> RunRecord:
    """Write record and dossier, and link the dossier in the Prefect UI."""
    run = recording.conclude(night, results, tracked, move, steps=steps, links=links)
    with contextlib.suppress(Exception):  # the night is over and recorded: a missing summary must not undo that
        create_markdown_artifact(recording.in_markdown(run), key="summary", description="What came of this night")
    return run
