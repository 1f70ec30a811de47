"""Whoever carries the mark is found and ended, wherever it went; nobody else is."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
from stacking import is_alive, until

from daybreak import leash
from daybreak.settings import child_environment
from daybreak.stack import leftovers

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def sleeper(home: Path, part: str) -> "subprocess.Popen[bytes]":
    environment = child_environment(leftovers.mark(home, part))
    process = subprocess.Popen(SLEEP, env=environment, start_new_session=True)
    until(lambda: process.pid in [each.pid for each in leftovers.marked(home)])
    return process


def test_only_the_stack_of_this_home_is_ended(tmp_path: Path) -> None:
    mine, other = sleeper(tmp_path / "mine", "worker"), sleeper(tmp_path / "other", "worker")
    assert leftovers.end(tmp_path / "mine") == 1
    mine.wait(60)
    assert is_alive(other.pid)
    assert leftovers.end(tmp_path / "other") == 1
    other.wait(60)


def test_one_part_is_ended_and_the_rest_lives(tmp_path: Path) -> None:
    worker, prefect = sleeper(tmp_path, "worker"), sleeper(tmp_path, "prefect")
    assert leftovers.end(tmp_path, "worker") == 1
    worker.wait(60)
    assert [each.pid for each in leftovers.marked(tmp_path)] == [prefect.pid]
    assert leftovers.end(tmp_path) == 1
    prefect.wait(60)


def test_children_inherit_the_mark(tmp_path: Path) -> None:
    code = f"import subprocess, time; subprocess.Popen({SLEEP!r}, start_new_session=True); time.sleep(600)"
    environment = child_environment(leftovers.mark(tmp_path, "worker"))
    parent = subprocess.Popen([sys.executable, "-c", code], env=environment)
    until(lambda: len(leftovers.marked(tmp_path)) == 2)
    parent.kill()
    parent.wait()
    assert leftovers.end(tmp_path) == 1


def test_whoever_is_long_in_dying_is_waited_for(tmp_path: Path) -> None:
    """The system first takes its memory apart, and its environment with that; only then are its files closed."""
    code = "held = bytearray(b'x') * 400_000_000; print('here', flush=True); import time; time.sleep(600)"
    environment = child_environment(leftovers.mark(tmp_path, "worker"))
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline()
    assert leftovers.end(tmp_path) == 1
    assert leash.is_gone(psutil.Process(process.pid))
    process.communicate()


def test_what_has_no_mark_any_more_ends_with_its_parent(tmp_path: Path) -> None:
    code = f"import os, subprocess, time; subprocess.Popen({SLEEP!r}, env={{}}); time.sleep(600)"
    environment = child_environment(leftovers.mark(tmp_path, "worker"))
    parent = subprocess.Popen([sys.executable, "-c", code], env=environment)
    until(lambda: psutil.Process(parent.pid).children())
    (child,) = psutil.Process(parent.pid).children()
    assert leftovers.end(tmp_path) == 2
    assert leash.is_gone(child)
    parent.wait()


def test_nobody_ends_itself_or_those_above_it(tmp_path: Path) -> None:
    """A flow that runs in the stack may call `daybreak down`: it must live to tell."""
    script = """
import os, subprocess, sys
from pathlib import Path
from daybreak.stack import leftovers
print(leftovers.end(Path(sys.argv[1])), os.getpid())
"""
    environment = child_environment(leftovers.mark(tmp_path, "worker"))
    shell = f"'{sys.executable}' -c '{script}' '{tmp_path}'; true"
    done = subprocess.run(["sh", "-c", shell], env=environment, capture_output=True, text=True, timeout=300)
    assert done.stdout.split()[0] == "0", done.stderr


def test_no_mark_no_leftover(tmp_path: Path) -> None:
    assert leftovers.marked(tmp_path) == []
    assert leftovers.end(tmp_path) == 0
    assert is_alive(os.getpid())
