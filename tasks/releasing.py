"""Tracking, release and record as tasks."""

from prefect import task

from daybreak import recording
from daybreak.night import Night
from daybreak.planning import Results
from daybreak.recording import Permission, Steps, Tracked
from daybreak.records import Move, RunRecord
from tasks.policy import may_help

Links = dict[str, str]


@task(name="track", retries=1, retry_condition_fn=may_help, timeout_seconds=1800)
def track(night: Night, results: Results, links: Links) -> Tracked:
    """Write the night to MLflow and register the artifact that ships."""
    return recording.track(night, results, links)


@task(name="seal", retries=1, retry_condition_fn=may_help, timeout_seconds=600)
def seal(night: Night, results: Results, tracked: Tracked, steps: Steps, links: Links) -> str:
    """Write the dossier that a release demands."""
    return recording.seal(night, results, tracked, steps=steps, links=links)


@task(name="release", retries=1, retry_condition_fn=may_help, timeout_seconds=600)
def release_candidate(night: Night, results: Results, tracked: Tracked, permission: Permission) -> Move | None:
    """Move the champion if every blocking gate agreed, and the night may."""
    return recording.release(night, results, tracked, f"retrain-and-release by {night.origin}", permission)


@task(name="record", timeout_seconds=600)
def record(
    night: Night,
    results: Results,
    tracked: Tracked,
    move: Move | None,
    *,
    permission: Permission,
    steps: Steps,
    links: Links,
) -> RunRecord:
    """Write the record, and the dossier's page anew."""
    return recording.conclude(night, results, tracked, move, steps=steps, links=links, permission=permission)
