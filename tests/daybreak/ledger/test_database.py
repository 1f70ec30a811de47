"""Opening a ledger: made when missing, migrated when behind, at once when current, clear when it cannot be used."""

import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from daybreak.errors import BadInput, Busy, LostRace, ProjectError
from daybreak.ledger import Ledger, Proposal
from daybreak.ledger.database import HEAD, Database
from daybreak.records import RunRecord


def test_a_new_ledger_is_made_with_its_folder_and_wal(tmp_path: Path) -> None:
    file = tmp_path / "new home" / "ledger.db"
    Database(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)


def test_head_is_the_newest_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "daybreak.ledger:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_opening_a_current_ledger_is_quick(url: str) -> None:
    Database(url).close()
    began = time.process_time()
    Database(url).close()
    assert time.process_time() - began < 0.5


def test_many_open_a_new_ledger_at_once(url: str) -> None:
    with ThreadPoolExecutor(12) as pool:
        assert len(list(pool.map(Database, [url] * 12))) == 12


def test_a_locked_ledger_names_its_file(url: str, tmp_path: Path, make_run: Callable[..., RunRecord]) -> None:
    ledger = Ledger(url, wait_seconds=0.2)
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as rival:
        rival.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            Busy, match=r"ledger\.db is locked by another process for more than 0\.2 s; expected its turn"
        ):
            ledger.record_run(make_run())
        assert ledger.runs("sample") == []
    ledger.record_run(make_run())


def test_a_short_lock_is_waited_out(url: str, tmp_path: Path, make_run: Callable[..., RunRecord]) -> None:
    ledger = Ledger(url)
    rival = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None, check_same_thread=False)
    rival.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, rival.close).start()
    ledger.record_run(make_run())
    assert len(ledger.runs("sample")) == 1


def test_a_file_that_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    file.write_text("a shopping list " * 100, encoding="utf-8")
    with pytest.raises(ProjectError, match=r"ledger\.db cannot be used .*not a database.*; Move that file away"):
        Database(f"sqlite:///{file}")
    assert file.read_text(encoding="utf-8").startswith("a shopping list")


def test_a_ledger_of_a_newer_daybreak_is_left_alone(url: str, tmp_path: Path) -> None:
    Database(url).close()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    with pytest.raises(
        ProjectError, match=f"has schema 9999; expected at most {HEAD}; It was written by a newer Daybreak"
    ):
        Database(url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ledger.db", "cannot be read; expected sqlite:///FILE"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://daybreak:s3cret@", r"daybreak:\*\*\*@.* names no file"),
        ("nosuch://somewhere/ledger", "needs a driver that is not here"),
        ("nosuch://daybreak:s3cret@somewhere/ledger", r"daybreak:\*\*\*@somewhere/ledger needs a driver"),
        ("nosuch://somewhere/ledger?password=s3cret&sslmode=off", r"somewhere/ledger\?sslmode=off needs a driver"),
        ("postgresql://daybreak:s3@cret:s3cret@db/ledger", "cannot be read; .*write @ as %40"),
    ],
)
def test_a_url_that_cannot_be_used(url: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        Database(url)
    assert "s3cret" not in str(caught.value)


def test_what_a_driver_says_of_the_password_is_not_repeated() -> None:
    server = Database.__new__(Database)  # the drivers that talk so are not installed here
    server._url = make_url("postgresql://daybreak:s3%40cret@db/ledger?sslpassword=0pen")
    server.name = "db"
    thrown = OperationalError("SELECT 1", None, Exception("no connection with s3@cret, s3%40cret and 0pen"))
    with (
        pytest.raises(ProjectError, match=r"no connection with \*\*\*, \*\*\* and \*\*\*") as caught,
        server._explained(),
    ):
        raise thrown
    assert caught.value.__cause__ is None


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"folder .*home cannot be made"):
        Database(f"sqlite:///{tmp_path / 'home' / 'ledger.db'}")


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    pytest.importorskip("psycopg", reason="no PostgreSQL driver is installed")
    with pytest.raises(ProjectError, match=r"daybreak:\*\*\*@127\.0\.0\.1:1/ledger does not answer") as caught:
        Database("postgresql+psycopg://daybreak:secret@127.0.0.1:1/ledger")
    assert "secret" not in str(caught.value)


def test_the_same_promises_on_postgresql(
    postgres: str, make_run: Callable[..., RunRecord], make_proposal: Callable[..., Proposal]
) -> None:
    ledger = Ledger(postgres)
    ledger.record_run(make_run())
    assert ledger.run("sample") == make_run()

    def attempt(version: int) -> bool:
        try:
            ledger.begin_move("sample", make_proposal(version), None)
        except LostRace:
            return False
        with ledger.settle("sample") as settlement:
            assert settlement is not None
            settlement.finish("done", 1.0)
        return True

    with ThreadPoolExecutor(12) as pool:
        won = list(pool.map(attempt, range(1, 21)))
    assert sum(won) == 1
    assert len(ledger.history("sample")) == 20
    ledger.close()
