"""A Prefect API server for one run: on loopback, quiet, and gone with the run, however that ends."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daybreak import progress
from daybreak.errors import StepFailed
from daybreak.leash import Child
from daybreak.settings import Settings, child_environment, export_environment
from flows.stack import TEMPORARY, is_healthy, prefect_environment, stack_address

START_SECONDS = 120.0


@contextmanager
def server_for(settings: Settings) -> Iterator[str]:
    """The stack's Prefect server if it is up and well, else a temporary one; yields its API address."""
    address = stack_address(settings)
    if address is None or not is_healthy(address):
        with temporary_server(settings) as own:
            yield own
    else:
        export_environment({**prefect_environment(settings), "PREFECT_API_URL": address})
        yield address


@contextmanager
def temporary_server(settings: Settings) -> Iterator[str]:
    """Start a server of our own and point this process at it; yields its API address."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}/api"
    settings.home.mkdir(parents=True, exist_ok=True)
    log = settings.home / "prefect-server.log"
    environment = {**prefect_environment(settings), **TEMPORARY}
    export_environment({**environment, "PREFECT_API_URL": address})
    with Child([sys.executable, "-m", "flows.server", str(port)], env=child_environment(environment), log=log) as child:
        progress.report("start", 0.2, "a Prefect server of this night's own")
        _wait_until_healthy(address, child, log)
        progress.report("start", 1.0)
        yield address


def _wait_until_healthy(address: str, child: Child, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.returncode is not None:
            break
        if is_healthy(address):
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


def serve(port: int) -> None:
    """Body of the child process: leashed to its parent, it serves Prefect's API until the parent is gone."""
    import uvicorn
    from prefect.server.api.server import create_app

    from daybreak import leash

    leash.tie()
    uvicorn.run(create_app(), host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
