"""MLflow's own server, for its UI: how it is started, on loopback, over the same database and files as the runs'."""

import sys
from pathlib import Path

_QUIET = "--log-level warning --no-access-log --timeout-graceful-shutdown 2"


def command(port: int) -> list[str]:
    """The command; runs in `environment` and must be put on a leash."""
    where = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    return [sys.executable, "-m", "mlflow", "server", *where, "--no-serve-artifacts", "--uvicorn-opts", _QUIET]


def environment(url: str, artifacts: Path) -> dict[str, str]:
    """What the server reads: the URL, which may hold a password, stays out of the list of processes."""
    return {
        "MLFLOW_BACKEND_STORE_URI": url,
        "MLFLOW_DEFAULT_ARTIFACT_ROOT": str(artifacts),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # nobody evaluates in its UI: five processes fewer
    }
