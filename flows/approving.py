"""Asks a person, in the Prefect UI, whether a candidate that the gates agreed to may be released."""

from datetime import UTC, datetime
from typing import Literal

from prefect.client.orchestration import get_client
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from prefect.states import Running
from pydantic import Field

from daybreak import notifying, recording
from daybreak.authority import Approval
from daybreak.night import Night
from daybreak.notifying import note
from daybreak.planning import Results
from flows.automations import listens
from flows.telling import tell

# Prefect's server checks an answer against these before it lets the run go on: a bad one is asked for again.
_SOMETHING = r"\S"


class Answer(RunInput):
    """The form that the UI shows; each title is in both languages."""

    decision: Literal["approve", "refuse"] = Field(title="Decision / 决定")
    name: str = Field(title="Your name / 姓名", pattern=_SOMETHING)
    reason: str = Field(title="Reason / 理由", pattern=_SOMETHING)


def ask(night: Night, results: Results, version: int, *, poll_seconds: int = 5) -> Approval | None:
    """Pause the running flow until a person answers; None where nobody could: no stack is up.

    Call it from the flow, not from a task, and without the night's lock, since it takes up to
    `release.approval_timeout`. What was judged may be outdated afterwards: `releasing.release` looks at the champion
    again. No answer in time is a refusal without a name.
    """
    if not listens():
        return None
    ledger = recording.open_ledger(night)
    champion = ledger.champion(night.project.name)
    ledger.close()
    reason = f"approval is required; without it within {night.params.release.approval_timeout} the candidate is refused"
    waits = note.of_candidate(
        night.project.name, version, results.judgement, champion, reason=reason, at=datetime.now(UTC)
    ).model_copy(update={"run_id": night.run_id, "flow_run_id": flow_run.id or "", "link": flow_run.ui_url or ""})
    tell(night.settings, waits)
    card = notifying.compose(waits, night.settings.notify_language)
    return _wait(f"### {card.subject}\n\n{card.markdown}", night.params.release.approval_seconds, poll_seconds)


def _wait(question: str, seconds: int, poll_seconds: int) -> Approval:
    form = Answer.with_initial_data(description=question)
    try:
        given = pause_flow_run(wait_for_input=form, timeout=seconds, poll_interval=poll_seconds)
    except FlowPauseTimeout:
        _go_on()
        return Approval(approved=False, name="", reason=f"nobody answered within {seconds} s")
    return Approval(approved=given.decision == "approve", name=given.name.strip(), reason=given.reason.strip())


def _go_on() -> None:
    """In Prefect's eyes a pause that timed out can only fail, but a night that nobody approved did not."""
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(flow_run.id, Running(), force=True)
