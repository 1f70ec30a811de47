"""The watcher beats, sees an outage in a gap between beats, and survives a server that does not answer."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.settings import PREFECT_API_URL

from daybreak.records import Project
from daybreak.settings import Settings, child_environment
from daybreak.stack import heartbeat
from flows import watching
from flows.deploying import deploy
from flows.nightly import NIGHTLY
from flows.reaping import Reaper
from flows.watching import OUTAGE, is_outage, rest, watch_once

NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, False),
        (NOW, False),
        (NOW - OUTAGE, False),
        (NOW - OUTAGE - timedelta(seconds=1), True),
        (NOW + timedelta(days=1), False),
    ],
    ids=["never", "just now", "slow", "outage", "clock set back"],
)
def test_an_outage_is_a_long_gap(last: datetime | None, expected: bool) -> None:
    assert is_outage(last, NOW) is expected


def test_a_look_settles_what_the_gap_missed_and_beats(
    client: SyncPrefectClient, settings: Settings, project: Project
) -> None:
    deploy(settings, checkout=project.root)
    deployment = client.read_deployment_by_name(NIGHTLY)
    each_minute = {"schedule": {"cron": "* * * * *", "timezone": "UTC"}}
    client.request("PATCH", f"/deployments/{deployment.id}/schedules/{deployment.schedules[0].id}", json=each_minute)
    heartbeat.beat(settings.stack, datetime.now(UTC) - timedelta(minutes=3))
    watch_once(settings, Reaper())
    assert not is_outage(heartbeat.last(settings.stack), datetime.now(UTC))
    cancelled = [run for run in client.read_flow_runs() if run.state_name == "Cancelled"]
    assert len(cancelled) == 2
    watch_once(settings, Reaper())
    assert [run for run in client.read_flow_runs() if run.state_name == "Cancelled"] == cancelled


def test_a_rest_ends_when_the_clock_jumps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "OUTAGE", timedelta(seconds=-1))  # so that any step of the clock is a jump
    began = time.monotonic()
    rest(600)
    assert time.monotonic() - began < 300
    monkeypatch.undo()
    rest(0.1)


def test_the_watcher_says_what_is_wrong_and_beats_when_it_is_well(
    client: SyncPrefectClient, settings: Settings, project: Project
) -> None:
    def watch(address: str) -> subprocess.Popen[str]:
        variables = child_environment({"PREFECT_API_URL": address, "DAYBREAK_HOME": str(settings.home)})
        command = [sys.executable, "-m", "flows.watching"]
        return subprocess.Popen(command, cwd=project.root, env=variables, stderr=subprocess.PIPE, text=True)

    unwell = watch("http://127.0.0.1:9/api")
    try:
        assert unwell.stderr is not None
        assert "ConnectError" in unwell.stderr.readline()
        assert heartbeat.last(settings.stack) is None
        assert unwell.poll() is None
    finally:
        unwell.kill()
        unwell.communicate()
    well = watch(str(PREFECT_API_URL.value()))
    try:
        deadline = time.monotonic() + 90
        while heartbeat.last(settings.stack) is None and time.monotonic() < deadline:
            assert well.poll() is None
            time.sleep(0.2)
        at = json.loads((settings.stack / "heartbeat.json").read_text(encoding="utf-8"))["at"]
        assert datetime.fromisoformat(at).tzinfo is not None
    finally:
        well.kill()
        well.communicate()
