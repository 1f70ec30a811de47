"""A Prefect API server for one run: on loopback, quiet, and gone with the run, however that ends."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from daybreak import progress
from daybreak.errors import StepFailed
from daybreak.leash import Child
from daybreak.settings import Settings, child_environment, export_environment
from daybreak.stack import ports
from flows import serving
from flows.stack import TEMPORARY, is_healthy, living_server, prefect_environment

START_SECONDS = 120.0


@contextmanager
def server_for(settings: Settings) -> Iterator[str]:
    """The stack's Prefect server if it is up and well, else a temporary one; yields its API address."""
    address = living_server(settings)
    if address is None:
        with temporary_server(settings) as own:
            yield own
    else:
        _point_prefect_at(address, prefect_environment(settings))
        yield address


@contextmanager
def temporary_server(settings: Settings) -> Iterator[str]:
    """Start a server of our own and point this process at it; yields its API address."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}/api"
    settings.home.mkdir(parents=True, exist_ok=True)
    log = settings.home / "prefect-server.log"
    environment = {**prefect_environment(settings), **TEMPORARY}
    _point_prefect_at(address, environment)
    with Child(serving.command(port, settings), env=child_environment(environment), log=log) as child:
        progress.report("start", 0.2, "a Prefect server of this night's own")
        _wait_until_healthy(address, child, log)
        progress.report("start", 1.0)
        yield address


def _point_prefect_at(address: str, environment: dict[str, str]) -> None:
    """From here on, Prefect in this process asks that server, also where it was imported before."""
    export_environment({**environment, "PREFECT_API_URL": address})
    if "prefect.context" in sys.modules:
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()


def _wait_until_healthy(address: str, child: Child, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.returncode is not None:
            break
        if is_healthy(address) and ports.serves(child.pid, urlsplit(address).port or 0):
            return
        time.sleep(0.1)
    raise StepFailed(
        "the temporary Prefect server did not start", f"an answer within {START_SECONDS:.0f} s", f"Read {log}"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
