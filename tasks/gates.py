"""The judgement as a task."""

from prefect import task

from daybreak import night as steps
from daybreak.night import Night
from daybreak.records import Champion, Evidence, Judgement
from daybreak.steps import Done
from tasks.policy import by_content


@task(name="judge", **by_content(steps.judge, minutes=60))
def judge(night: Night, evidence: Evidence, opponent: Champion | None) -> Done[Judgement]:
    """Let every gate judge the evidence."""
    return night.store.run(steps.judge(night, evidence, opponent))
