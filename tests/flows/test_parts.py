"""Which parts the stack has, in which order, and when each counts as well."""

import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from daybreak.settings import Settings
from daybreak.stack import Part, heartbeat
from flows import parts
from flows.stack import PARTS

NOW = datetime.now(UTC)


@pytest.fixture
def declared(tmp_path: Path) -> dict[str, Part]:
    settings = Settings(home=tmp_path, mlflow_url="postgresql+psycopg://night:geheim@db/mlflow")
    return {part.name: part for stage in parts.stages(settings, 4200, 5000, "--reset-schedules") for part in stage}


def test_what_people_see_stands_in_the_order_of_its_start(declared: dict[str, Part]) -> None:
    assert tuple(name for name, part in declared.items() if not part.once) == PARTS
    assert [[part.name for part in stage] for stage in parts.stages(Settings(home=Path("/h")), 1, 2)] == [
        ["prefect", "mlflow"],
        ["deployments"],
        ["worker", "watcher"],
    ]


def test_nothing_listens_on_more_than_loopback(declared: dict[str, Part]) -> None:
    assert declared["prefect"].address == "http://127.0.0.1:4200"
    assert "--host 127.0.0.1 --port 5000" in " ".join(declared["mlflow"].command)
    assert "0.0.0.0" not in json.dumps([list(part.command) for part in declared.values()])


def test_no_password_stands_in_a_list_of_processes(declared: dict[str, Part]) -> None:
    assert "geheim" in declared["mlflow"].environment["MLFLOW_BACKEND_STORE_URI"]
    assert not any("geheim" in word for part in declared.values() for word in part.command)


def test_everybody_talks_to_our_server_in_our_home(declared: dict[str, Part], tmp_path: Path) -> None:
    for name in ("deployments", "worker", "watcher"):
        assert declared[name].environment["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
        assert declared[name].environment["DAYBREAK_HOME"] == str(tmp_path)
    assert list(declared["deployments"].command[-2:]) == ["flows.deploying", "--reset-schedules"]
    assert sys.executable in declared["worker"].command


def test_farewells_together_are_bounded(declared: dict[str, Part]) -> None:
    assert sum(part.grace_seconds for part in declared.values() if not part.once) <= 17


def test_a_watcher_is_well_when_its_heart_has_beaten(declared: dict[str, Part], tmp_path: Path) -> None:
    watcher = declared["watcher"]
    assert not watcher.is_well(NOW)
    heartbeat.beat(tmp_path / "stack", NOW)
    assert watcher.is_well(NOW - timedelta(seconds=5))
    assert not watcher.is_well(NOW + timedelta(seconds=5)), "that was the last one's heart"


class Workers(BaseHTTPRequestHandler):
    """Prefect's answer about the workers of a pool."""

    found: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = json.dumps(self.found).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Workers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("name", "beat", "online"),
    [("here", NOW + timedelta(seconds=1), True), ("here", NOW - timedelta(seconds=1), False), ("there", NOW, False)],
)
def test_a_worker_is_online_when_the_server_saw_it_since_its_start(
    api: str, name: str, beat: datetime, online: bool
) -> None:
    Workers.found = [{"name": name, "last_heartbeat_time": beat.isoformat().replace("+00:00", "Z")}]
    assert parts._is_online(api, "here", NOW) is online


def test_a_worker_that_nobody_can_be_asked_about_is_not_online() -> None:
    assert not parts._is_online("http://127.0.0.1:1/api", "here", NOW)
