"""The parts of the stack: what each runs, in which order they start, and how one sees that each is well."""

import socket
import sys
from datetime import datetime

from daybreak.leash import leashed
from daybreak.settings import Settings
from daybreak.stack import Part, heartbeat
from daybreak.tracking import server as mlflow
from flows import serving
from flows.stack import ask, is_healthy, prefect_environment

POOL = "daybreak"
HOST = "http://127.0.0.1"


def stages(settings: Settings, prefect_port: int, mlflow_port: int, *deploying: str) -> list[list[Part]]:
    """The parts: those of one stage start together. `deploying` are arguments of the step that registers the flows."""
    ui, api, tracking = f"{HOST}:{prefect_port}", f"{HOST}:{prefect_port}/api", f"{HOST}:{mlflow_port}"
    ours = {**prefect_environment(settings), "PREFECT_API_URL": api, "DAYBREAK_HOME": str(settings.home)}
    served = {**ours, **_ui(settings, ui, api)}
    tracked = mlflow.environment(settings.mlflow, settings.mlflow_artifacts)
    # Asks for work every 2 s, not every 10: whoever clicks in the UI waits for it.
    asking = {**ours, "PREFECT_WORKER_QUERY_SECONDS": "2", "PREFECT_WORKER_ENABLE_CANCELLATION": "true"}
    name = socket.gethostname()
    worker = _module("prefect", "worker", "start", "--pool", POOL, "--type", "process", "--name", name)
    return [
        [
            Part("prefect", serving.command(prefect_port, settings), lambda _: is_healthy(api), served, ui),
            Part("mlflow", leashed(mlflow.command(mlflow_port)), lambda _: is_healthy(tracking), tracked, tracking),
        ],
        [Part("deployments", _module("flows.deploying", *deploying), environment=ours, once=True)],
        [
            Part("worker", worker, lambda since: _is_online(api, name, since), asking, grace_seconds=6),
            Part("watcher", _module("flows.watching"), lambda since: _beats(settings, since), ours, grace_seconds=2),
        ],
    ]


def _ui(settings: Settings, ui: str, api: str) -> dict[str, str]:
    """Prefect's pages: offline, copied below our home, and asked by no other site's scripts."""
    return {
        "PREFECT_UI_API_URL": api,
        "PREFECT_UI_STATIC_DIRECTORY": str(settings.home / "prefect" / "ui"),
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{ui},{ui.replace('127.0.0.1', 'localhost')}",
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
        **_forgetting(settings.prefect_days),
    }


def _forgetting(days: int) -> dict[str, str]:
    """Rows of runs and events that ended so long ago go by themselves."""
    return {
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(days * 86400),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{days}D",
    }


def _module(*words: str) -> list[str]:
    return leashed([sys.executable, "-m", *words])


def _is_online(api: str, name: str, since: datetime) -> bool:
    found = ask(api, f"/work_pools/{POOL}/workers/filter", {}) or []
    seen = [datetime.fromisoformat(each["last_heartbeat_time"]) for each in found if each["name"] == name]
    return any(at > since for at in seen)


def _beats(settings: Settings, since: datetime) -> bool:
    last = heartbeat.last(settings.stack)
    return last is not None and last >= since.replace(microsecond=0)
