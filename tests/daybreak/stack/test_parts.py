"""One part: how it is seen, how long it waits before it starts again, and what its log keeps."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from stacking import SERVER, free_port, is_alive

from daybreak.errors import StepFailed
from daybreak.stack import parts
from daybreak.stack.parts import Kept, Part

TIED = "from daybreak import leash; leash.tie(); import time; print('here', flush=True); time.sleep(600)"


def tick_until(kept: Kept, phase: str, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while kept.state.state != phase:
        assert time.monotonic() < deadline, kept.state
        kept.tick()
        time.sleep(0.02)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    found = Kept(Part("one", [sys.executable, "-c", TIED], grace_seconds=1), tmp_path / "stack", tmp_path)
    (tmp_path / "stack").mkdir()
    yield found
    found.stop()


def test_it_is_waiting_then_starting_then_up_then_down(kept: Kept) -> None:
    assert kept.state.state == "waiting"
    kept.tick()
    assert (kept.state.state, kept.is_ready) == ("starting", False)
    pid = kept.state.pid
    tick_until(kept, "up")
    assert kept.is_ready
    kept.stop()
    assert (kept.state.state, kept.state.pid) == ("down", None)
    assert pid and not is_alive(pid)


def test_each_death_makes_it_wait_longer_and_the_last_log_is_kept(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    tick_until(kept, "up")
    for death in range(3):
        os.kill(kept.state.pid or 0, signal.SIGKILL)
        began = time.monotonic()
        tick_until(kept, "restarting")
        tick_until(kept, "up")
        assert kept.state.restarts == death + 1
        assert time.monotonic() - began >= (0, 1, 2)[death]
    assert kept.log.with_suffix(".log.1").exists()


def test_a_long_life_makes_the_next_death_the_first(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SETTLED_SECONDS", 0.2)
    monkeypatch.setattr(parts, "CARE_SECONDS", 0.1)
    for _ in range(3):
        tick_until(kept, "up")
        deadline = time.monotonic() + 0.5
        while time.monotonic() < deadline:
            kept.tick()
            time.sleep(0.02)
        os.kill(kept.state.pid or 0, signal.SIGKILL)
        tick_until(kept, "restarting")
        assert kept._failures == 1
    tick_until(kept, "up")


def test_it_is_asked_with_the_time_of_its_start(tmp_path: Path) -> None:
    asked: list[datetime] = []

    def is_well(since: datetime) -> bool:
        asked.append(since)
        return len(asked) > 2

    kept = Kept(Part("one", [sys.executable, "-c", TIED], is_well), tmp_path, tmp_path)
    before = datetime.now().astimezone()
    tick_until(kept, "up")
    kept.stop()
    assert len(asked) == 3
    assert len(set(asked)) == 1
    assert before <= asked[0] <= datetime.now().astimezone()


def test_a_server_that_falls_silent_is_unwell_and_what_has_no_address_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "CARE_SECONDS", 0.05)
    monkeypatch.setattr(parts, "UNWELL_SECONDS", 0.5)
    well = [True]
    command = [sys.executable, "-c", SERVER, str(free_port())]
    server = Kept(Part("server", command, lambda _: well[0], address="http://127.0.0.1"), tmp_path, tmp_path)
    worker = Kept(Part("worker", [sys.executable, "-c", TIED], lambda _: well[0]), tmp_path, tmp_path)
    for each in (server, worker):
        tick_until(each, "up")
    well[0] = False
    for each in (server, worker):
        tick_until(each, "unwell")
    time.sleep(0.6)
    pid = worker.state.pid
    worker.tick()
    tick_until(server, "restarting")
    assert (worker.state.state, worker.state.pid) == ("unwell", pid)
    well[0] = True
    tick_until(worker, "up")
    for each in (server, worker):
        each.stop()


def test_a_server_of_somebody_else_s_at_its_address_does_not_make_it_well(tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        address = f"http://127.0.0.1:{stranger.getsockname()[1]}"
        kept = Kept(Part("one", [sys.executable, "-c", TIED], address=address, start_seconds=1), tmp_path, tmp_path)
        with pytest.raises(StepFailed, match=r"one was not well after 1 s"):
            tick_until(kept, "up", 60)


def test_what_runs_once_is_done_or_failed(tmp_path: Path) -> None:
    good = Kept(Part("good", [sys.executable, "-c", "pass"], once=True), tmp_path, tmp_path)
    tick_until(good, "done")
    good.tick()
    good.stop()
    assert good.state.state == "done"
    bad = Kept(Part("bad", [sys.executable, "-c", "print('why'); raise SystemExit(3)"], once=True), tmp_path, tmp_path)
    with pytest.raises(StepFailed, match=r"bad ended with status 3; its last word: why.*Read .*bad\.log"):
        tick_until(bad, "done")
    assert bad.state.state == "failed"
