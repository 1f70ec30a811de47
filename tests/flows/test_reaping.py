"""A run whose process is gone is closed, with its record; one that lives, or may live elsewhere, is left alone."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL
from prefect.states import Cancelling, Pending, Running, State

from daybreak import locks, recording
from daybreak.leash import Child, leashed
from daybreak.night import open_night
from daybreak.records import Project
from daybreak.settings import Settings, child_environment
from flows import processes
from flows.deploying import NAME, deploy
from flows.nightly import NIGHTLY
from flows.reaping import GONE, Reaper

Begin = Callable[[State], FlowRun]


@pytest.fixture
def begin(client: SyncPrefectClient, settings: Settings, project: Project, monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Makes a run of the nightly deployment, in a state to which a worker brought it before it died."""
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("DAYBREAK_HOME", str(settings.home))
    deploy(settings, checkout=project.root)
    deployment = client.read_deployment_by_name(NIGHTLY)

    def make(state: State) -> FlowRun:
        run = client.create_flow_run_from_deployment(deployment.id)
        client.set_flow_run_state(run.id, state, force=True)
        return run

    return make


@contextmanager
def engine(run: FlowRun) -> Iterator[subprocess.Popen[bytes]]:
    """A process such as Prefect starts for a run."""
    command = [sys.executable, "-c", "import time; time.sleep(300)", "prefect.engine"]
    process = subprocess.Popen(command, env={**os.environ, processes.RUN_ID: str(run.id)})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_dead_run_crashes_and_is_recorded(client: SyncPrefectClient, begin: Begin, project: Project) -> None:
    run = begin(Running())
    assert [each.id for each in Reaper(grace_seconds=0).look()] == [run.id]
    state = client.read_flow_run(run.id).state
    assert state.is_crashed()
    assert state.message == GONE
    (record,) = recording.open_ledger(open_night(None, (), project.root)).runs("sample")
    assert (record.status, record.reason) == ("crashed", GONE)
    assert Reaper(grace_seconds=0).look() == []


def test_what_was_being_cancelled_is_cancelled(client: SyncPrefectClient, begin: Begin) -> None:
    run = begin(Cancelling())
    Reaper(grace_seconds=0).look()
    assert client.read_flow_run(run.id).state.is_cancelled()


def test_a_living_run_is_left_alone_until_it_is_killed(client: SyncPrefectClient, begin: Begin) -> None:
    run = begin(Running())
    with engine(run) as process:
        assert Reaper(grace_seconds=0).look() == []
        process.kill()
        process.wait()
        assert [each.id for each in Reaper(grace_seconds=0).look()] == [run.id]


def test_a_run_has_time_to_start_and_a_worker_to_report(begin: Begin) -> None:
    begin(Pending())
    assert Reaper(grace_seconds=0).look() == []
    running = begin(Running())
    patient = Reaper(grace_seconds=60)
    assert patient.look() == []
    assert [each.id for each in Reaper(grace_seconds=0).look()] == [running.id]


def test_a_number_that_was_given_to_another_process_does_not_save_a_run(
    client: SyncPrefectClient, begin: Begin
) -> None:
    run = begin(Running())
    client.update_flow_run(run.id, infrastructure_pid=str(os.getpid()))
    assert [each.id for each in Reaper(grace_seconds=0).look()] == [run.id]


def test_a_run_of_a_command_is_closed_only_if_its_process_signed_it_and_died(
    client: SyncPrefectClient, begin: Begin
) -> None:
    """Who did not sign may run on another machine, or be another version of Daybreak."""

    @flow
    def night() -> None:
        processes.sign()
        assert Reaper(grace_seconds=0).look() == []

    night()
    (signed,) = [run for run in client.read_flow_runs() if run.deployment_id is None]
    assert processes.carries_out(signed.infrastructure_pid)
    client.set_flow_run_state(signed.id, Running(), force=True)
    assert Reaper(grace_seconds=0).look() == []
    gone = f"{os.getpid()}@1.00"
    client.update_flow_run(signed.id, infrastructure_pid=gone)
    assert [run.id for run in Reaper(grace_seconds=0).look()] == [signed.id]
    unsigned = client.create_flow_run(night, state=Running())
    assert Reaper(grace_seconds=0).look() == []
    assert client.read_flow_run(unsigned.id).state.is_running()


@pytest.mark.slow
def test_a_worker_that_is_killed_leaves_no_run_behind(
    client: SyncPrefectClient, settings: Settings, project: Project, tmp_path: Path
) -> None:
    """A real worker carries out a run from the deployment; kill -9 of both, and the run is closed."""
    deploy(settings, checkout=project.root)
    variables = {"PREFECT_API_URL": str(PREFECT_API_URL.value()), "PREFECT_WORKER_QUERY_SECONDS": "1"}
    command = leashed([sys.executable, "-m", "prefect", "worker", "start", "--pool", NAME, "--type", "process"])
    hold = locks.hold(settings.locks() / "sample.lock", 1, "the test, so that the run waits")
    with (
        hold,
        Child(command, env=child_environment(variables), log=tmp_path / "worker.log", cwd=project.root) as worker,
    ):
        deployment = client.read_deployment_by_name("prepare-data/daybreak")
        run = client.create_flow_run_from_deployment(deployment.id)
        wait_for(lambda: client.read_flow_run(run.id).state_name == "Running")
        assert client.read_flow_run(run.id).name.endswith(" sample data")
        wait_for(lambda: str(run.id) in processes.runs_at_work())
        assert Reaper(grace_seconds=0).look() == []
        for process in [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()  # the worker before its runs, or it would report their end
        wait_for(lambda: str(run.id) not in processes.runs_at_work())
        assert [each.id for each in Reaper(grace_seconds=0).look()] == [run.id]
    assert client.read_flow_run(run.id).state.is_crashed()


def wait_for(met: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.2)
