"""A real Prefect server that stays, as the stack's does, and this process talking to it."""

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from listening import Listener, Mailbox, listening, mailing

from daybreak.leash import Child
from daybreak.records import Project
from daybreak.settings import QUIET, Settings, child_environment
from flows.stack import is_healthy, prefect_environment

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

SERVE = """
import sys, uvicorn
from prefect.server.api.server import create_app
from daybreak import leash
leash.tie()
uvicorn.run(create_app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
"""


@pytest.fixture(scope="session")
def standing_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """API address and log of a Prefect server with its UI and all its services."""
    home = tmp_path_factory.mktemp("standing")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, log = f"http://127.0.0.1:{port}/api", home / "server.log"
    environment = child_environment({**prefect_environment(Settings(home=home)), **QUIET})
    with Child([sys.executable, "-c", SERVE, str(port)], env=environment, log=log) as child:
        deadline = time.monotonic() + 600
        while not is_healthy(address):
            assert child.returncode is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield address, log


@pytest.fixture
def on_stack(standing_server: tuple[str, Path], tmp_path: Path) -> Iterator[Path]:
    """Everything in the test talks to the standing server; gives the server's log."""
    from prefect.events.worker import EventsWorker
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, PREFECT_SERVER_UI_ENABLED, temporary_settings

    settings: dict[Any, Any] = {
        PREFECT_API_URL: standing_server[0],
        PREFECT_HOME: tmp_path / "prefect",
        PREFECT_SERVER_UI_ENABLED: True,
    }
    with temporary_settings(settings):
        yield standing_server[1]
        EventsWorker.drain_all()


@pytest.fixture
def client(on_stack: Path) -> "Iterator[SyncPrefectClient]":
    """A client of the standing server, which knows no deployment and no run as yet."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as found:
        for deployment in found.read_deployments():
            found.delete_deployment(deployment.id)
        while runs := found.read_flow_runs():
            for run in runs:
                found.delete_flow_run(run.id)
        for variable in found.read_variables():
            found.delete_variable_by_name(variable.name)
        yield found


@pytest.fixture
def settings(project: Project) -> Settings:
    """Settings of a checkout of the test's own."""
    return Settings(home=project.root / ".daybreak", timezone="Asia/Shanghai")


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mailing() as found:
        yield found
