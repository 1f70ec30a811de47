"""A stack that stands for a test, and what tests ask its servers."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from daybreak import leash

ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
PATIENCE_SECONDS = 900.0  # costs nothing where things are quick
LINES = 30


@dataclass(frozen=True)
class Standing:
    """A stack that is up: the shell of its project, and the addresses it wrote of itself."""

    shell: Any
    addresses: dict[str, Any]

    @property
    def home(self) -> Path:
        return self.shell.project.root / ".daybreak"

    @property
    def prefect(self) -> str:
        return str(self.addresses["prefect"])

    def ask(self, path: str, question: Any = None, method: str | None = None) -> Any:
        """One request to Prefect's API, as its UI sends them; waits while the server is being restarted."""
        body = None if question is None else json.dumps(question).encode()
        request = urllib.request.Request(
            self.prefect + path, data=body, method=method, headers={"Content-Type": "application/json"}
        )
        deadline = time.monotonic() + 180
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    text = answer.read()
                return json.loads(text) if text else None
            except urllib.error.HTTPError as error:
                if error.code != 503 or time.monotonic() > deadline:  # SQLite is busy: clients ask again
                    raise
                time.sleep(1)
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def start(self, flow: str = "retrain-and-release", **parameters: Any) -> str:
        """Start a deployment as the UI does; gives the flow run's id."""
        deployment = self.ask(f"/deployments/name/{flow}/daybreak")
        run = self.ask(f"/deployments/{deployment['id']}/create_flow_run", {"parameters": parameters})
        return str(run["id"])

    def run(self, flow_run: str) -> dict[str, Any]:
        """The flow run as it is."""
        found: dict[str, Any] = self.ask(f"/flow_runs/{flow_run}")
        return found

    def wait(self, flow_run: str, states: tuple[str, ...] = ENDED) -> dict[str, Any]:
        """The flow run once it is in one of these states."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.run(flow_run))["state_type"] not in states:
            assert time.monotonic() < deadline, f"still {found['state_name']}\n{self.story(flow_run)}"
            time.sleep(0.2)
        return found

    def story(self, flow_run: str) -> str:
        """What a flow run said last, and how the stack is: for whoever reads of a failed test."""
        question = {"logs": {"flow_run_id": {"any_": [flow_run]}}, "sort": "TIMESTAMP_DESC", "limit": LINES}
        said = [f"{each['timestamp'][11:19]} {each['message']}" for each in self.ask("/logs/filter", question)]
        worker = (self.home / "stack" / "worker.log").read_text(encoding="utf-8", errors="replace").splitlines()
        state = (self.home / "stack" / "state.json").read_text(encoding="utf-8")
        return "\n".join(["the run:", *said[::-1], "its worker:", *worker[-LINES:], "the stack:", state])

    def wait_for_step(self, flow_run: str, step: str) -> None:
        """Until a flow run has begun that step, by what it writes: the server hears of tasks only some time later."""
        began = datetime.fromisoformat(self.run(flow_run)["created"]).timestamp()
        deadline = time.monotonic() + PATIENCE_SECONDS
        asked = 0.0
        while not any(_changed(path) > began for path in self._places(step)):
            if time.monotonic() - asked > 2:
                asked = time.monotonic()
                run = self.run(flow_run)
                assert run["state_type"] not in ENDED, f"{run['state_name']} before {step}\n{self.story(flow_run)}"
            assert time.monotonic() < deadline, f"{step} did not start\n{self.story(flow_run)}"
            time.sleep(0.01)

    def _places(self, step: str) -> list[Path]:
        """What a step writes first."""
        return {
            "prepare": [self.shell.project.root / ".dvc" / "tmp" / "lock", *self.home.glob("locks/sample.holder")],
            "track": list(self.home.glob("runs/sample/*/results.json")),
            "seal": list(self.home.glob("runs/sample/*/dossier")),
        }.get(step) or list(self.home.glob(f"steps/sample/{step}/*"))

    def part(self, name: str) -> psutil.Process:
        """The process of a part of the stack."""
        parts = self.shell.json("status")["parts"]
        return psutil.Process(parts[name]["pid"])

    def flow_process(self, flow_run: str) -> psutil.Process:
        """The process that carries out a flow run."""
        for process in processes_below(self.shell.project.root):
            try:
                if process.environ().get("PREFECT__FLOW_RUN_ID") == flow_run and "prefect" in " ".join(
                    process.cmdline()
                ):
                    return process
            except psutil.Error:
                continue
        raise AssertionError(f"no process carries out {flow_run}")


@contextmanager
def standing(shell: Any) -> Iterator[Standing]:
    """The stack of a shell's project, up within this block and gone without a trace after it."""
    shell.json("up")
    try:
        yield Standing(shell, json.loads((shell.project.root / ".daybreak" / "stack.json").read_text(encoding="utf-8")))
    finally:
        done = shell("down")
    print(done.stdout)
    assert done.returncode == 0, done.stderr
    assert processes_below(shell.project.root) == []
    assert not (shell.project.root / ".daybreak" / "stack.json").exists()


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def processes_below(root: Path) -> list[psutil.Process]:
    """Living processes that stand in a checkout, or carry its stack in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = Path(process.cwd()).is_relative_to(root) or str(root) in process.environ().get(
                "DAYBREAK_STACK_HOME", ""
            )
            if ours and process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def kill(process: psutil.Process) -> None:
    """kill -9."""
    process.send_signal(signal.SIGKILL)


def gone(processes: Iterable[psutil.Process], seconds: float = 60) -> bool:
    """Whether processes are gone within so many seconds."""
    deadline = time.monotonic() + seconds
    while left := [process for process in processes if not leash.is_gone(process)]:
        if time.monotonic() > deadline:
            print("still there:", *(process.as_dict(["pid", "status", "cmdline"]) for process in left), sep="\n")
            return False
        time.sleep(0.1)
    return True
