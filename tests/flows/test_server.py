"""The temporary Prefect server answers, schedules nothing, and is gone with the process that started it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from stacking import until

from daybreak.settings import Settings
from daybreak.stack import state
from daybreak.stack.state import StackState, born
from flows import stack
from flows.server import server_for
from flows.stack import SERVICES, ask

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


@contextmanager
def holding(home: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process that holds a temporary server, and the server's address."""
    parent = subprocess.Popen([sys.executable, "-c", START, str(home)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    address = parent.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:"), (home / "prefect-server.log").read_text(encoding="utf-8")
    yield parent, address
    parent.kill()
    parent.wait()
    parent.stdout.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all, since a new one costs a database its migrations."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """The address of a temporary server that stays while these tests run."""
    with holding(home) as (_, found):
        yield found


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE}


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGTERM])
def test_the_server_dies_with_its_parent(home: Path, death: signal.Signals) -> None:
    with holding(home) as (parent, address):
        with urllib.request.urlopen(f"{address}/health", timeout=60) as answer:
            assert answer.read() == b"true"
        family = {child.pid for child in psutil.Process(parent.pid).children(recursive=True)}
        assert family
        os.kill(parent.pid, death)
        until(lambda: not alive(family))


def test_a_server_for_one_night_schedules_nothing(address: str) -> None:
    """Else two of them, or one beside the stack, would both plan the same runs."""
    with urllib.request.urlopen(f"{address}/admin/settings", timeout=60) as answer:
        told = json.load(answer)
    services = told["server"]["services"]
    assert not any(services[name.lower()]["enabled"] for name in SERVICES)
    assert not told["server"]["ui"]["enabled"]


def test_a_stack_that_is_up_is_used(address: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "another")
    settings.home.mkdir()
    (settings.home / "stack.json").write_text(json.dumps({"prefect": address}), encoding="utf-8")
    with server_for(settings) as found:
        assert found == address
    assert not (settings.home / "prefect-server.log").exists()


def test_two_servers_that_start_at_once_share_a_new_database(tmp_path: Path) -> None:
    """Only one may make the tables; the other waits, and both answer."""
    parents = [
        subprocess.Popen([sys.executable, "-c", START, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        addresses = [parent.stdout.readline().strip() for parent in parents if parent.stdout]
        assert len(set(addresses)) == 2, (tmp_path / "prefect-server.log").read_text(encoding="utf-8")
        for address in addresses:
            assert ask(address, "/flows/count", {}) == 0
        with closing(sqlite3.connect(tmp_path / "prefect" / "prefect.db")) as database:
            assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        for parent in parents:
            parent.kill()
            parent.communicate()


def test_a_stack_that_is_being_restarted_is_waited_for(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its supervisor lives, its server does not answer: for a while there is hope, then the night has its own."""
    settings = Settings(home=tmp_path / "another")
    settings.home.mkdir()
    state.write(
        state.state_file(settings.stack),
        StackState(pid=os.getpid(), born=born(psutil.Process()), started_at=datetime.now(UTC), phase="up", parts={}),
    )
    state.write(settings.home / "stack.json", {"prefect": "http://127.0.0.1:1/api"})
    monkeypatch.setattr(stack, "RESTART_SECONDS", 0.5)
    began = time.monotonic()
    assert stack.living_server(settings) is None
    assert time.monotonic() - began >= 0.5
    state.write(settings.home / "stack.json", {"prefect": address})
    monkeypatch.setattr(stack, "RESTART_SECONDS", 60)
    assert stack.living_server(settings) == address
