"""A port that is taken is a fault only where it was asked for."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import psutil
import pytest

from daybreak.doctor import Patient, addresses
from daybreak.stack import state
from daybreak.stack.state import PartState, StackState, born


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def test_a_taken_usual_port_is_no_fault_but_said(taken: int) -> None:
    found = addresses.judge("prefect", None, taken)
    assert found.ok
    assert f"process {os.getpid()}" in found.found


def test_a_taken_port_that_was_asked_for_is_one(taken: int) -> None:
    found = addresses.judge("mlflow", taken, 1)
    assert not found.ok
    assert "DAYBREAK_MLFLOW_PORT" in found.remedy


def test_the_stack_s_own_ports_are_ours(patient: Patient) -> None:
    parts = {name: PartState(state="up", address=f"http://127.0.0.1/{name}") for name in ("prefect", "mlflow")}
    began = born(psutil.Process())
    said = StackState(pid=os.getpid(), born=began, started_at=datetime.now(UTC), phase="up", parts=parts)
    state.write(state.state_file(patient.settings.stack), said)
    found = list(addresses.check(patient))
    assert [each.ok for each in found] == [True, True]
    assert "prefect answers at http://127.0.0.1/prefect" in found[0].found


def test_a_free_port_is_well(patient: Patient) -> None:
    assert len(list(addresses.check(patient))) == 2
