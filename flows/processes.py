"""Which process carries out a flow run: known by what it was started with, never by a number that may be used again."""

import contextlib
from uuid import UUID

import psutil
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from daybreak.stack.state import born

RUN_ID = "PREFECT__FLOW_RUN_ID"  # in the environment of a process that Prefect starts for a run, and of its children


def sign() -> None:
    """Note on the running flow run that this process carries it out: Prefect itself notes that only for workers."""
    if flow_run.id:
        with get_client(sync_client=True) as client:
            client.update_flow_run(UUID(flow_run.id), infrastructure_pid=_signature(psutil.Process()))


def carries_out(signed: str | None) -> bool:
    """Whether the process that signed a run still lives."""
    number, _, _ = (signed or "").partition("@")
    with contextlib.suppress(psutil.Error, OSError, ValueError):
        return _lives(process := psutil.Process(int(number))) and _signature(process) == signed
    return False


def runs_at_work() -> set[str]:
    """Ids of the flow runs that some process of Prefect's carries out on this machine."""
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if any("prefect" in word for word in process.cmdline()) and _lives(process):
                found.add(process.environ().get(RUN_ID, ""))
    return found - {""}


def _lives(process: psutil.Process) -> bool:
    return bool(process.status() != psutil.STATUS_ZOMBIE)


def _signature(process: psutil.Process) -> str:
    """The process's number, and when it began in seconds since the machine did, which no setting of the clock moves."""
    return f"{process.pid}@{born(process):.2f}"
