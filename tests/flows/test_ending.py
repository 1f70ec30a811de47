"""A night's end is a state with the right name, and leaves a record whatever it was."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from making import Finished
from prefect import flow
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelled, Cancelling, Crashed, Failed

from daybreak import recording
from daybreak.records import Project, Status
from flows.ending import as_state, note_ending


@flow
def any_flow() -> None:
    """Stands for the flow whose hook runs."""


def run_of(project: Project, **parameters: str) -> FlowRun:
    given = {"project": project.name, **parameters}  # as a schedule gives them: no more than it must
    return FlowRun(id=uuid4(), flow_id=uuid4(), name="night", parameters=given, start_time=datetime.now(UTC))


@pytest.mark.parametrize(
    ("status", "name"), [("released", "Completed"), ("refused", "Refused"), ("unchanged", "Unchanged")]
)
def test_each_status_completes_in_a_state_of_its_name(finished: Finished, status: Status, name: str) -> None:
    state = as_state(finished.record.model_copy(update={"status": status, "reason": "why"}), require_release=False)
    assert (state.name, state.message, state.is_completed()) == (name, "why", True)


def test_a_demanded_release_that_was_refused_fails(finished: Finished) -> None:
    refused = finished.record.model_copy(update={"status": "refused"})
    assert as_state(refused, require_release=True).is_failed()
    assert as_state(finished.record, require_release=True).is_completed()


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (Failed(message="why"), "failed"),
        (Crashed(message="why"), "crashed"),
        (Cancelled(), "cancelled"),
        (Cancelling(), "cancelled"),
    ],
)
def test_a_night_that_broke_off_is_recorded(
    finished: Finished, monkeypatch: pytest.MonkeyPatch, state: Failed, status: Status
) -> None:
    monkeypatch.chdir(finished.night.project.root)
    run = run_of(finished.night.project)
    note_ending(flow=any_flow, flow_run=run, state=state)  # by name, as a worker calls it
    (record,) = [
        each
        for each in recording.open_ledger(finished.night).runs("sample")
        if each.prefect.get("flow_run_id") == str(run.id)
    ]
    assert (record.status, record.reason) == (status, state.message or "")
    assert record.started_at == run.start_time


def test_bad_input_leaves_no_record(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    before = recording.open_ledger(finished.night).runs("sample", 100)
    note_ending(
        flow=any_flow,
        flow_run=run_of(finished.night.project, overrides="training.epoch=1"),
        state=Failed(message="bad"),
    )
    assert recording.open_ledger(finished.night).runs("sample", 100) == before


def test_a_night_that_is_the_same_as_a_refused_one_is_still_denied(finished: Finished) -> None:
    blocking = finished.record.verdicts[0].model_copy(update={"outcome": "FAIL", "mode": "block"})
    same = finished.record.model_copy(update={"status": "unchanged", "verdicts": (blocking,)})
    assert as_state(same, require_release=True).is_failed()
    assert as_state(same, require_release=False).name == "Unchanged"
