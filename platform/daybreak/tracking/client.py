"""Opens MLflow by URL: explicit clients only, quiet, and with its errors turned into ours."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from daybreak.errors import Busy, DaybreakError, ProjectError, StepFailed

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SQLITE = "sqlite:///"


def warm_up(url: str) -> None:
    """Import MLflow and bring its database to the newest schema: seconds on a new home, so do it beside other work."""
    connect(url)


def connect(url: str) -> "MlflowClient":
    """A client on this URL alone; a new SQLite file gets its schema and write-ahead logging.

    Raises ProjectError for a database that cannot be used or is of another MLflow, Busy for one that stays locked.
    """
    with door(url):
        _make_folder(url)
        _hush()
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=url, registry_uri=url)
        client.search_experiments(max_results=1)
        _log_ahead(url)
        return client


@contextmanager
def door(url: str) -> Iterator[None]:
    """Everything that MLflow, or the store below it, throws in this block leaves as one of our errors."""
    try:
        yield
    except DaybreakError:
        raise
    except Exception as error:
        raise _explain(error, _shown(url)) from error


def _explain(error: Exception, place: str) -> DaybreakError:
    reason = " ".join(str(error).split())
    if "database is locked" in reason:
        return Busy(f"MLflow's database {place} is locked by another process", "its turn", "Wait for the other run")
    if "out-of-date database schema" in reason or "Can't locate revision" in reason:
        return ProjectError(
            f"MLflow's database {place} has the schema of another version of MLflow",
            "this one's",
            f"Back it up, then run `mlflow db upgrade {place}`",
        )
    if "not a database" in reason or "unable to open" in reason or "readonly database" in reason:
        return ProjectError(
            f"MLflow's database {place} cannot be used ({reason[:160]})", "one of MLflow", "Move it away"
        )
    return StepFailed(f"tracking: MLflow at {place} said: {reason[:300]}")


def _shown(url: str) -> str:
    """The URL as it may be printed: the file of a SQLite one, no password in any other."""
    if url.startswith(_SQLITE):
        return url.removeprefix(_SQLITE)
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _make_folder(url: str) -> None:
    if url.startswith(_SQLITE):
        Path(url.removeprefix(_SQLITE)).parent.mkdir(parents=True, exist_ok=True)


def _hush() -> None:
    """MLflow reports migrations as news, and itself to its makers. Its import sets its loggers: we come after."""
    from mlflow.environment_variables import MLFLOW_DISABLE_TELEMETRY
    from mlflow.telemetry import set_telemetry_client

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    MLFLOW_DISABLE_TELEMETRY.set(True)
    set_telemetry_client()


def _log_ahead(url: str) -> None:
    """Let readers stop waiting for writers. The file remembers; if somebody is at it just now, the next run does it."""
    if not url.startswith(_SQLITE):
        return
    with closing(sqlite3.connect(url.removeprefix(_SQLITE), timeout=1)) as connection:
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError:
                return
