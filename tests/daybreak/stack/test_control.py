"""Starting, following and ending a stack from outside of it."""

import os
import signal
import subprocess
import sys
import time

import pytest
from stacking import Home, free_port, is_alive, server, until

from daybreak import stack
from daybreak.errors import StepFailed
from daybreak.stack import control, leftovers, ports, state


def test_states_are_told_until_it_is_up(home: Home) -> None:
    home.declare([server("one", free_port())])
    phases = [each.phase for each in stack.follow(home.stack, home.launch())]
    assert phases[0] == "starting"
    assert phases[-1] == "up"
    assert [each.phase for each in stack.follow(home.stack)] == ["up"], "whoever asks later hears the last word"


def test_a_supervisor_that_dies_at_once_is_noticed(home: Home) -> None:
    process = stack.launch([sys.executable, "-c", "raise SystemExit('no')"], home.stack, home.folder, {})
    with pytest.raises(StepFailed, match=r"did not come up.*supervisor\.log"):
        list(stack.follow(home.stack, process))
    assert (home.stack / "supervisor.log").read_text(encoding="utf-8") == "no\n"


def test_nobody_to_follow(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "START_SECONDS", 0.2)
    with pytest.raises(StepFailed, match="did not come up"):
        list(stack.follow(home.stack))


def test_a_supervisor_that_does_not_listen_is_killed_with_its_parts(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.declare([server("one", free_port())])
    process = home.up()
    monkeypatch.setattr(control, "END_SECONDS", 0.5)
    os.kill(process.pid, signal.SIGSTOP)
    began = time.monotonic()
    assert stack.stop(home.stack) >= 2
    assert time.monotonic() - began < 60
    process.wait(60)
    assert leftovers.marked(home.stack) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has claims on ports")
def test_a_supervisor_keeps_its_claims_until_it_is_gone(home: Home) -> None:
    chosen = ports.take(None, free_port(), "DAYBREAK_X_PORT")
    assert chosen.claim
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    process = stack.launch(command, home.stack, home.folder, {}, claims=[chosen.claim])
    chosen.claim.close()
    assert not ports.is_free(chosen.port)
    assert ports.holder(chosen.port) == "a stack that is starting"
    process.kill()
    process.wait()
    assert ports.is_free(chosen.port)


def test_what_a_dead_supervisor_left_is_ended(home: Home) -> None:
    code = "import time; time.sleep(600)"
    environment = leftovers.mark(home.stack, "worker")
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, **environment})
    until(lambda: leftovers.marked(home.stack))
    state.write(state.announcement_file(home.folder), {"prefect": "http://127.0.0.1:1/api"})
    assert stack.stop(home.stack) == 1
    process.wait(60)
    assert not is_alive(process.pid)
    assert not state.announcement_file(home.folder).exists()
