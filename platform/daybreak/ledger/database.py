"""Opens the ledger's database: SQLite with WAL or PostgreSQL by URL, migrated when behind, waits bounded."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from daybreak.errors import BadInput, Busy, DaybreakError, ProjectError, StepFailed

HEAD = "0004"
_LOCKED = ("database is locked", "lock timeout", "database table is locked")


class Database:
    """A database at its newest schema. Reads see one snapshot; writers stand in line, at most `wait_seconds`.

    Raises BadInput for a URL that cannot be used, ProjectError for a file that is no ledger or is newer than this
    Daybreak, and Busy, naming the file, when another process holds the lock for longer than the wait.
    """

    def __init__(self, url: str, wait_seconds: float = 10.0, home: Path | None = None) -> None:
        self._url = _parse(url)
        self._wait_seconds = wait_seconds
        self._home = home
        self.name = self._url.database or "" if self._is_file else _shown(self._url)
        self._engine = self._connect()
        with self._explained():
            self._upgrade()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one snapshot."""
        with self._explained(), Session(self._engine) as session:
            yield session

    @contextmanager
    def write(self, project: str) -> Iterator[Session]:
        """A session that no other writer of this project overlaps; commits at the end, or not at all."""
        with (
            self._explained(),
            Session(self._writers, expire_on_commit=False) as session,
            session.begin(),
        ):
            self._stand_in_line(session.connection(), f"daybreak:{project}")
            yield session

    def close(self) -> None:
        """Let go of the file or the server."""
        self._engine.dispose()

    @property
    def _is_file(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def _writers(self) -> Engine:
        return self._engine.execution_options(writes=True)

    def _connect(self) -> Engine:
        if not self._is_file:
            return self._create_engine(pool_pre_ping=True)
        self._make_folder()
        engine = self._create_engine(poolclass=NullPool, connect_args={"timeout": self._wait_seconds})
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "begin", _begin)
        return engine

    def _create_engine(self, **options: Any) -> Engine:
        try:
            return create_engine(self._url, **options)
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise BadInput(
                f"the ledger's URL {self.name} needs a driver that is not here ({error})",
                "sqlite:///FILE or postgresql+psycopg://…",
                "Install the driver, for example pip install 'psycopg[binary]'",
            ) from None

    def _make_folder(self) -> None:
        try:
            Path(self.name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ProjectError(
                f"the ledger's folder {Path(self.name).parent} cannot be made ({error.strerror})",
                "a folder that may be written",
                "Set DAYBREAK_HOME to one",
            ) from None

    def _upgrade(self) -> None:
        with self._engine.connect() as connection:
            if _revision(connection) == HEAD:
                return
        if self._is_file:
            self._switch_to_wal()
        with self._writers.begin() as connection:
            self._stand_in_line(connection, "daybreak:schema")
            found = _revision(connection)
            if found != HEAD:
                _migrate(connection, found, self.name, self._home)

    def _switch_to_wal(self) -> None:
        """SQLite refuses this switch at once while anybody else reads, whatever the busy timeout says: so we wait."""
        deadline = time.monotonic() + self._wait_seconds
        while True:
            try:
                with closing(sqlite3.connect(self.name, timeout=self._wait_seconds)) as raw:
                    raw.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _stand_in_line(self, connection: Connection, name: str) -> None:
        """BEGIN IMMEDIATE has done it on SQLite; on PostgreSQL the transaction takes an advisory lock of that name."""
        if not self._is_file:
            connection.execute(text(f"SET LOCAL lock_timeout = {int(self._wait_seconds * 1000)}"))
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            thrown = error.orig if isinstance(error, DBAPIError) else error
            # A driver may name the password it was given, and tracebacks are kept in logs.
            raise self._explain(thrown) from (None if _secrets(self._url) else error)

    def _explain(self, error: BaseException | None) -> DaybreakError:
        reason = _without_secrets(" ".join(str(error).split()), self._url)
        if any(sign in reason for sign in _LOCKED):
            return Busy(
                f"the ledger {self.name} is locked by another process for more than {self._wait_seconds:g} s",
                "its turn",
                "Wait for the other run, or see who holds the file with `fuser`",
            )
        if "not a database" in reason or "unable to open" in reason or "readonly" in reason:
            return ProjectError(
                f"the ledger {self.name} cannot be used ({reason})", "a ledger of Daybreak", "Move that file away"
            )
        if "connection" in reason and not self._is_file:
            return ProjectError(
                f"the ledger's server {self.name} does not answer ({reason[:200]})", "a running PostgreSQL", "Start it"
            )
        return StepFailed(f"ledger: {reason}")


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError for a port that is no number
        raise BadInput(
            "the ledger's URL cannot be read",
            "sqlite:///FILE or postgresql+psycopg://…",
            "Mend DAYBREAK_LEDGER_URL; in a password, write @ as %40 and / as %2F",
        ) from None
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise BadInput(
            f"the ledger's URL {_shown(parsed)} names no file", "sqlite:///FILE", "A ledger must outlive its process"
        )
    return parsed


def _shown(url: URL) -> str:
    """The URL as it may be printed: no password, neither before the host nor among the options."""
    secret = [name for name in url.query if "password" in name.lower()]
    return url.difference_update_query(secret).render_as_string(hide_password=True)


def _without_secrets(message: str, url: URL) -> str:
    for secret in sorted(_secrets(url), key=len, reverse=True):
        message = message.replace(secret, "***")
    return message


def _secrets(url: URL) -> set[str]:
    """Every password in a URL, in plain text and quoted."""
    plain = {str(value) for name, value in url.query.items() if "password" in name.lower()}
    plain.add(url.password or "")
    return (plain | {quote(password, safe="") for password in plain}) - {""}


def _prepare_connection(connection: sqlite3.Connection, _: Any) -> None:
    """Take transactions out of the driver's hands, so that BEGIN IMMEDIATE is ours to say."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(connection: Connection) -> str | None:
    """The schema's revision, None for a database that has none."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection, found: str | None, name: str, home: Path | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "daybreak.ledger:migrations")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise ProjectError(
            f"the ledger {name} has schema {found}",
            f"at most {HEAD}",
            "It was written by a newer Daybreak: update this one",
        )
    config.attributes |= {"connection": connection, "home": home}
    command.upgrade(config, "head")
