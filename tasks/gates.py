"""The judgement as a task, with its verdicts as an artifact of the Prefect run."""

from prefect import task
from prefect.artifacts import create_table_artifact

from daybreak import night as steps
from daybreak.night import Night
from daybreak.records import Champion, Evidence, Judgement
from daybreak.steps import Done
from tasks.policy import by_content


@task(name="judge", **by_content(steps.judge, minutes=60))
def judge(night: Night, evidence: Evidence, opponent: Champion | None) -> Done[Judgement]:
    """Let every gate judge the evidence."""
    return night.store.run(steps.judge(night, evidence, opponent))


@task(name="show-verdicts")
def show_verdicts(judgement: Judgement) -> None:
    """Put the gate table beside the run in the Prefect UI."""
    columns = ("gate", "outcome", "measured", "limit", "bound", "samples", "mode", "reason")
    table = [{name: verdict.model_dump(mode="json")[name] for name in columns} for verdict in judgement.verdicts]
    create_table_artifact(table, key="verdicts", description="What each gate measured, and against which limit")
