"""A Prefect server that others may have started: where it is, whether it is well, and what Prefect reads of us."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

from daybreak import stack
from daybreak.settings import Settings

RESTART_SECONDS = 30.0
ANSWER_SECONDS = 5.0
PARTS = ("prefect", "mlflow", "worker", "watcher")
SERVICES = ("SCHEDULER", "LATE_RUNS", "TRIGGERS", "FOREMAN", "CANCELLATION_CLEANUP", "PAUSE_EXPIRATIONS")
# Nobody can open the UI of a server that lives for minutes, the command line says itself what went wrong, and a server
# for one night schedules nothing: the stack does, which may have the same database.
TEMPORARY = {
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in SERVICES},
}


def prefect_environment(settings: Settings) -> dict[str, str]:
    """What Prefect reads: its home and database, and results stored beside the steps they belong to."""
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_LOCAL_STORAGE_PATH": str(settings.home),
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_API_DATABASE_CONNECTION_URL": settings.prefect_database,
    }


def stack_address(settings: Settings, part: str = "prefect") -> str | None:
    """What a running stack writes of itself: the address of its Prefect API or of `mlflow`, None if there is none."""
    try:
        address: str = json.loads((settings.home / "stack.json").read_text(encoding="utf-8"))[part]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return address


def living_server(settings: Settings) -> str | None:
    """The API address of the stack's server once it answers; waits a while for one that is just being restarted."""
    address = stack_address(settings)
    deadline = time.monotonic() + RESTART_SECONDS
    while address and not is_healthy(address):
        if stack.living(settings.stack) is None or time.monotonic() > deadline:
            return None
        time.sleep(0.2)
    return address


def is_healthy(address: str, path: str = "/health") -> bool:
    """Whether a server answers there."""
    try:
        with urllib.request.urlopen(f"{address}{path}", timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - an address of our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError, ValueError):
        return False


def ask(address: str, path: str, question: dict[str, Any]) -> Any:
    """Put a question to Prefect's API and give the answer, None if there is none: quicker than importing Prefect."""
    body = json.dumps(question).encode()
    request = urllib.request.Request(  # noqa: S310 - an address of our own
        f"{address}{path}", data=body, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return json.load(answer)
    except (urllib.error.URLError, ConnectionError, TimeoutError, ValueError):
        return None
