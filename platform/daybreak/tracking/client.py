"""Opens MLflow by URL: explicit clients only, quiet, and with its errors turned into ours."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

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
    """Everything that MLflow, or the store below it, throws in this block leaves as one of our errors.

    Where the URL holds a password, what was thrown is not chained: it may name it, and tracebacks are kept in logs.
    """
    try:
        yield
    except DaybreakError:
        raise
    except Exception as error:
        raise _explain(error, url) from (None if _secrets(url) else error)


def _explain(error: Exception, url: str) -> DaybreakError:
    place = _shown(url)
    reason = _without_secrets(" ".join(str(error).split()), url)
    if "database is locked" in reason:
        return Busy(f"MLflow's database {place} is locked by another process", "its turn", "Wait for the other run")
    if "out-of-date database schema" in reason or "Can't locate revision" in reason:
        return ProjectError(
            f"MLflow's database {place} has the schema of another version of MLflow",
            "this one's",
            f"Back it up, then run `mlflow db upgrade {_upgradable(url)}`",
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
    scheme, mark, rest = url.partition("://")
    return scheme + mark + rest.rpartition("@")[2].partition("?")[0]


def _upgradable(url: str) -> str:
    """The URL as `mlflow db upgrade` takes it in a shell: one that may hold a password by the variable it came from."""
    return url if url.startswith(_SQLITE) else '"$DAYBREAK_MLFLOW_URL"'


def _without_secrets(message: str, url: str) -> str:
    secrets = _secrets(url)
    if not secrets:
        return message
    message = message.replace(url, _shown(url))
    for secret in sorted(secrets, key=len, reverse=True):
        message = message.replace(secret, "***")
    return message


def _secrets(url: str) -> set[str]:
    """Every password in a URL, as it is written there, in plain text, and quoted again."""
    if url.startswith(_SQLITE):
        return set()
    rest = url.partition("://")[2]
    options = (option.partition("=") for option in rest.partition("?")[2].split("&"))
    written = {value for name, _, value in options if "password" in name.lower()}
    written.add(rest.rpartition("@")[0].partition(":")[2])
    plain = {unquote(password) for password in written}
    return (written | plain | {quote(password, safe="") for password in plain}) - {""}


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
