"""A small stack of real processes: web servers that can be told to die, under a supervisor in its own process."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from daybreak import stack
from daybreak.stack import state

SERVER = """
import http.server, sys
from daybreak import leash
leash.tie()
print("serving", flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
# Reads its parts from a file: name, command, port, once.
SUPERVISOR = """
import json, socket, sys
from pathlib import Path
from daybreak.leash import leashed
from daybreak.stack import Part, Supervisor, parts

def answers(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return port == 0 or probe.connect_ex(("127.0.0.1", port)) == 0

parts.UNWELL_SECONDS, parts.CARE_SECONDS = 1.0, 0.2
folder = Path(sys.argv[1])
stages = [
    [
        Part(each["name"], each["command"], lambda _, port=each["port"]: answers(port), once=each.get("once", False),
             address=f"http://127.0.0.1:{each['port']}" if each["port"] else "", start_seconds=60, grace_seconds=1)
        for each in stage
    ]
    for stage in json.loads((folder / "stages.json").read_text())
]
Supervisor(folder / "stack", stages, cwd=folder, announced={"one": "http://somewhere"}).run()
"""


def until(condition: Callable[[], Any], seconds: float = 60.0) -> float:
    """Wait for something to be so; returns the seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and not only its remains."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server(name: str, port: int) -> dict[str, Any]:
    """A part that serves a port."""
    return {"name": name, "command": [sys.executable, "-c", SERVER, str(port)], "port": port}


class Home:
    """A folder for the state of a stack, and what one does with it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stack = folder, folder / "stack"

    def declare(self, *stages: list[dict[str, Any]]) -> None:
        (self.folder / "stages.json").write_text(json.dumps(stages), encoding="utf-8")

    def launch(self) -> "subprocess.Popen[bytes]":
        return stack.launch([sys.executable, "-c", SUPERVISOR, str(self.folder)], self.stack, self.folder, {})

    def up(self) -> "subprocess.Popen[bytes]":
        process = self.launch()
        list(stack.follow(self.stack, process))
        return process

    def part(self, name: str) -> state.PartState:
        found = stack.living(self.stack)
        assert found
        return found.parts[name]
