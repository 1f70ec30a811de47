"""The temporary Prefect server answers, schedules, and is gone with the process that started it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from daybreak.settings import Settings
from flows.server import server_for

START = """
import sys, time
from pathlib import Path
from daybreak.settings import QUIET, Settings, export_environment
from flows.server import temporary_server
export_environment(QUIET)
with temporary_server(Settings(home=Path(sys.argv[1]))) as address:
    print(address, flush=True)
    time.sleep(300)
"""


@pytest.fixture
def holder(tmp_path: Path):  # type: ignore[no-untyped-def]
    """A process that holds a temporary server, and the server's address."""
    parent = subprocess.Popen([sys.executable, "-c", START, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    address = parent.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:"), (tmp_path / "prefect-server.log").read_text(encoding="utf-8")
    yield parent, address
    parent.kill()
    parent.wait()
    parent.stdout.close()


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE}


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGTERM])
def test_the_server_dies_with_its_parent(holder: tuple[subprocess.Popen[str], str], death: signal.Signals) -> None:
    parent, address = holder
    with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
        assert answer.read() == b"true"
    family = {child.pid for child in psutil.Process(parent.pid).children(recursive=True)}
    assert family
    os.kill(parent.pid, death)
    deadline = time.monotonic() + 10
    while alive(family) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not alive(family)


def test_the_server_schedules(holder: tuple[subprocess.Popen[str], str]) -> None:
    """With the wrong SQLAlchemy the server looks healthy and never schedules anything; this is how one notices."""
    _, address = holder
    script = """
import sys, time
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.schedules import CronSchedule

@flow
def nightly():
    pass

with get_client(sync_client=True) as client:
    flow_id = client.create_flow(nightly)
    deployment = client.create_deployment(
        flow_id=flow_id, name="daybreak", schedules=[{"schedule": CronSchedule(cron="* * * * *"), "active": True}]
    )
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        runs = client.read_flow_runs(deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])))
        if runs:
            print(sorted({run.state.name for run in runs}))
            break
        time.sleep(1)
"""
    environment = {**os.environ, "PREFECT_API_URL": address}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=170)
    assert done.stdout.strip() == "['Scheduled']", done.stderr


def test_a_stack_that_is_up_is_used(holder: tuple[subprocess.Popen[str], str], tmp_path: Path) -> None:
    _, address = holder
    settings = Settings(home=tmp_path / "another")
    settings.home.mkdir()
    (settings.home / "stack.json").write_text(json.dumps({"prefect": address}), encoding="utf-8")
    with server_for(settings) as found:
        assert found == address
    assert not (settings.home / "prefect-server.log").exists()
