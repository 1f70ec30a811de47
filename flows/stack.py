"""A Prefect server that others may have started: where it is, whether it is well, and what Prefect reads of us."""

import json
import urllib.error
import urllib.request

from daybreak.settings import Settings

# Nobody can open the UI of a server that lives for minutes, and the command line says itself what went wrong.
TEMPORARY = {
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
}


def prefect_environment(settings: Settings) -> dict[str, str]:
    """What Prefect reads: its home, and results stored beside the steps they belong to."""
    return {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_LOCAL_STORAGE_PATH": str(settings.home),
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{settings.home / 'prefect' / 'prefect.db'}",
    }


def stack_address(settings: Settings) -> str | None:
    """What a running stack writes of itself: the API address of its Prefect server, None if there is no stack."""
    try:
        address: str = json.loads((settings.home / "stack.json").read_text(encoding="utf-8"))["prefect"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return address


def is_healthy(address: str) -> bool:
    """Whether a Prefect server answers there."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:  # noqa: S310 - an address of our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError, ValueError):
        return False
