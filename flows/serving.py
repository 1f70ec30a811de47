"""The process of a Prefect server: leashed to whoever started it, on loopback, alone while it mends its database."""

import socket
import sys
from pathlib import Path

import uvicorn

from daybreak import leash, locks
from daybreak.settings import Settings

MIGRATION_SECONDS = 120.0


def command(port: int, settings: Settings) -> list[str]:
    """The command of a server for this port."""
    return [sys.executable, "-m", "flows.serving", str(port), str(settings.locks() / "prefect-database.lock")]


class OneByOne(uvicorn.Server):
    """Two servers of one home may start at the same moment; only one at a time may bring the database up to date."""

    lock: Path

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        with locks.hold(self.lock, MIGRATION_SECONDS, "a Prefect server that starts"):
            await super().startup(sockets)


def serve(port: int, lock: Path) -> None:
    """Serve Prefect's API, and its UI if it is enabled, until the parent is gone."""
    leash.tie()
    from prefect.server.api.server import create_app

    config = uvicorn.Config(
        create_app(),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,  # a browser's open connection must not keep a server alive
    )
    server = OneByOne(config)
    server.lock = lock
    server.run()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
