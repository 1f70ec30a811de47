"""A person approves or refuses in the UI's form; silence refuses, and a night that nobody approved has not failed."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from listening import Listener
from making import Finished
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import SetStateStatus
from prefect.states import Completed
from pydantic import SecretStr

from daybreak.authority import Approval, ReleaseParams
from daybreak.night import Night
from flows.approving import ask

GOOD = {"decision": "approve", "name": " 王芳 ", "reason": "looks right"}


@pytest.fixture
def night(finished: Finished) -> Night:
    params = finished.night.params.model_copy(update={"release": ReleaseParams(approval="required")})
    return replace(finished.night, params=params)


def within(night: Night, timeout: str) -> Night:
    release = night.params.release.model_copy(update={"approval_timeout": timeout})
    return replace(night, params=night.params.model_copy(update={"release": release}))


@pytest.fixture
def asking(finished: Finished, on_stack: Path) -> Iterator[Any]:
    """Start a flow that asks; gives its flow run and, later, its answer."""
    with ThreadPoolExecutor(1) as beside:

        def start(night: Night) -> tuple[FlowRun, Future[Any]]:
            @flow(name="asks")
            def asks() -> Any:
                return Completed(name="Held", data=ask(night, finished.results, 7, poll_seconds=1))

            known = {run.id for run in runs()}
            done = beside.submit(copy_context().run, lambda: asks(return_state=True))
            return next(wait_for(lambda: [run for run in runs() if run.id not in known and paused(run)])), done

        yield start


def runs() -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        return client.read_flow_runs()


def paused(run: FlowRun) -> bool:
    with get_client(sync_client=True) as client:
        return bool(run.state and run.state.is_paused() and client.read_flow_run_input(run.id, schema_key(run)))


def schema_key(run: FlowRun) -> str:
    assert run.state
    assert run.state.state_details.run_input_keyset
    return run.state.state_details.run_input_keyset["schema"]


def wait_for(look: Any, seconds: float = 180.0) -> Iterator[Any]:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if found := look():
                return iter(found)
        except Exception:
            if time.monotonic() > deadline:
                raise
        assert time.monotonic() < deadline
        time.sleep(0.2)


def resume(run: FlowRun, given: dict[str, Any] | None) -> Any:
    """As the UI does."""
    with get_client(sync_client=True) as client:
        return client.resume_flow_run(run.id, run_input=given)


def answer(done: Future[Any]) -> Approval:
    found: Approval = done.result(40).result()
    return found


@pytest.mark.parametrize(("decision", "approved"), [("approve", True), ("refuse", False)])
def test_a_person_decides(asking: Any, night: Night, decision: str, approved: bool) -> None:
    run, done = asking(night)
    assert resume(run, {**GOOD, "decision": decision}).status == SetStateStatus.ACCEPT
    assert answer(done) == Approval(approved=approved, name="王芳", reason="looks right")


@pytest.mark.parametrize(
    "bad",
    [
        {},
        None,
        {**GOOD, "name": ""},
        {**GOOD, "name": "  "},
        {**GOOD, "decision": "perhaps"},
        {"decision": "approve", "name": "王芳"},
        {**GOOD, "more": 1},
    ],
)
def test_a_bad_answer_is_asked_for_again(asking: Any, night: Night, bad: dict[str, Any] | None) -> None:
    run, done = asking(night)
    refused = resume(run, bad)
    assert refused.status == SetStateStatus.REJECT
    assert refused.details.reason
    time.sleep(1.5)
    assert not done.done()
    resume(run, GOOD)
    assert answer(done).approved


def test_silence_refuses_and_the_night_has_not_failed(asking: Any, night: Night) -> None:
    run, done = asking(within(night, "3s"))
    assert answer(done) == Approval(approved=False, name="", reason="nobody answered within 3 s")
    with get_client(sync_client=True) as client:
        ended = client.read_flow_run(run.id).state
    assert ended is not None
    assert (ended.name, ended.is_completed()) == ("Held", True)
    assert resume(run, GOOD).status != SetStateStatus.ACCEPT, "too late"


def test_the_form_shows_the_card_and_is_complete(asking: Any, night: Night, listener: Listener) -> None:
    told = replace(night, settings=night.settings.model_copy(update={"notify_slack": SecretStr(listener.address)}))
    run, done = asking(told)
    with get_client(sync_client=True) as client:
        question = client.read_flow_run_input(run.id, run.state.state_details.run_input_keyset["description"])
        schema = client.read_flow_run_input(run.id, schema_key(run))
    resume(run, GOOD)
    assert answer(done).approved
    assert "version 7 waits for a person" in question
    assert "**quality**" in question
    assert '"enum":["approve","refuse"]' in schema.replace(" ", "")
    assert "anyOf" not in schema
    (body,) = listener.bodies
    assert "version 7 waits for a person" in body["text"]
    assert str(run.id) in body["blocks"][1]["text"]["text"]


def test_without_a_stack_nobody_is_asked(finished: Finished, night: Night) -> None:
    assert ask(night, finished.results, 7) is None
