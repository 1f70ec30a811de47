"""A stack comes up in order, comes back after every death, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import stacking
from stacking import SUPERVISOR, Home, free_port, is_alive, server, until

from daybreak import stack
from daybreak.errors import StepFailed
from daybreak.stack import leftovers, ports, state


def echo(name: str, code: str) -> dict[str, Any]:
    """A part that runs once."""
    return {"name": name, "command": [sys.executable, "-c", code], "port": 0, "once": True}


def test_stages_follow_one_another_and_the_announcement_comes_last(home: Home) -> None:
    one, two = free_port(), free_port()
    note = f"import pathlib, socket; socket.create_connection(('127.0.0.1', {one})); pathlib.Path('ran').touch()"
    home.declare([server("one", one)], [echo("between", note)], [server("two", two)])
    process = home.launch()
    seen = [{name: part.state for name, part in each.parts.items()} for each in stack.follow(home.stack, process)]
    assert all(each["two"] == "waiting" for each in seen if each["between"] != "done")
    assert (home.folder / "ran").exists(), "the step between found the first server well"
    told = stack.announced(home.folder)
    assert told["one"] == "http://somewhere"
    assert told["pid"] == process.pid
    assert list(told["parts"]) == ["one", "two"], "what runs once is no part that stays"


@pytest.mark.parametrize("victim", ["part", "supervisor", "all"])
def test_after_kill_nine_it_is_there_again(home: Home, victim: str) -> None:
    port = free_port()
    home.declare([server("one", port)])
    process = home.up()
    pid = home.part("one").pid
    assert pid
    if victim == "part":
        os.kill(pid, signal.SIGKILL)
        until(lambda: home.part("one").pid != pid and home.part("one").state == "up")
        assert home.part("one").restarts == 1
    else:
        for each in [process.pid, pid][: 2 if victim == "all" else 1]:
            os.kill(each, signal.SIGKILL)
        process.wait()
        assert state.announcement_file(home.folder).exists(), "nobody was left to take it away"
        until(lambda: not leftovers.marked(home.stack))
        assert stack.living(home.stack) is None
        home.up()
    assert not ports.is_free(port)


def test_a_silent_server_is_started_again(home: Home) -> None:
    home.declare([server("one", free_port())])
    home.up()
    pid = home.part("one").pid
    os.kill(pid or 0, signal.SIGSTOP)
    until(lambda: home.part("one").pid not in (None, pid) and home.part("one").state == "up")


def test_a_second_supervisor_doubles_nothing(home: Home) -> None:
    home.declare([server("one", free_port())])
    first = home.up()
    second = home.up()
    assert second.wait(60) != 0
    assert first.poll() is None
    assert stack.announced(home.folder)["pid"] == first.pid


def test_down_leaves_no_process_port_or_announcement(home: Home) -> None:
    port = free_port()
    escape = "import subprocess, sys; subprocess.Popen(['sleep', '600'], start_new_session=True)"
    home.declare([server("one", port)], [echo("escaping", escape)])
    process = home.up()
    family = [process.pid, *(each.pid for each in leftovers.marked(home.stack))]
    stack.stop(home.stack)
    process.wait(60)
    assert not [pid for pid in family if is_alive(pid)]
    assert ports.is_free(port)
    assert not state.announcement_file(home.folder).exists()
    assert state.read(home.stack) is None
    assert stack.stop(home.stack) == 0, "again does nothing"


@pytest.mark.parametrize("once", [True, False])
def test_a_part_that_never_comes_up_is_the_end_and_says_why(home: Home, once: bool) -> None:
    broken = {
        **echo("broken", "raise SystemExit('好: no such thing')"),
        "once": once,
        "port": 0 if once else free_port(),
    }
    home.declare([server("one", free_port())], [broken])
    process = home.launch()
    with pytest.raises(StepFailed, match=r"broken ended with status 1; its last word: 好: no such thing.*broken\.log"):
        list(stack.follow(home.stack, process))
    assert leftovers.marked(home.stack) == []
    assert not state.announcement_file(home.folder).exists()
    home.declare([server("one", free_port())])
    home.up()


def test_a_part_that_never_answers_is_the_end(home: Home) -> None:
    home.declare([{"name": "deaf", "command": ["sleep", "600"], "port": free_port()}])
    script = home.folder / "quick.py"
    script.write_text(SUPERVISOR.replace("start_seconds=60", "start_seconds=0.3"), encoding="utf-8")
    process = stack.launch([sys.executable, str(script), str(home.folder)], home.stack, home.folder, {})
    with pytest.raises(StepFailed, match=r"deaf was not well after 0 s"):
        list(stack.follow(home.stack, process))


def test_what_a_dead_part_started_elsewhere_dies_with_it(home: Home, tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time, pathlib; from daybreak import leash; leash.tie()\n"
        "child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid)); time.sleep(600)"
    )
    home.declare([{"name": "one", "command": [sys.executable, "-c", code], "port": 0}])
    home.up()
    until((tmp_path / "pid").exists)
    child = int((tmp_path / "pid").read_text(encoding="utf-8"))
    os.kill(home.part("one").pid or 0, signal.SIGKILL)
    until(lambda: home.part("one").restarts == 1)
    assert child not in [each.pid for each in leftovers.marked(home.stack)]


def test_a_supervisor_outlives_the_process_that_started_it(home: Home) -> None:
    home.declare([server("one", free_port())])
    code = "import sys; sys.path.insert(0, %r); from pathlib import Path; import stacking; stacking.Home(Path(%r)).up()"
    done = subprocess.run(
        [sys.executable, "-c", code % (str(Path(stacking.__file__).parent), str(home.folder))], timeout=300
    )
    assert done.returncode == 0
    assert home.part("one").state == "up"
