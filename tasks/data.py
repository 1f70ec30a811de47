"""The data preparation as a task."""

from prefect import task

from daybreak import night as steps
from daybreak.night import Night
from daybreak.records import DatasetRef
from daybreak.steps import Done
from tasks.policy import may_help


@task(name="prepare", retries=1, retry_delay_seconds=2, retry_condition_fn=may_help, timeout_seconds=4 * 3600)
def prepare(night: Night) -> Done[DatasetRef]:
    """Bring the data version up to date: dvc redoes the stages whose dependencies changed, and nothing else."""
    return steps.prepare(night)
