"""Puts the state of a shared night back after a test, in place: other connections to its databases stay good."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path


@contextmanager
def restored(home: Path, runs: Path) -> Iterator[None]:
    """What the block writes to the databases of this home and to its run folders is undone."""
    folders = set(runs.iterdir())
    with ExitStack() as databases:
        for file in sorted(home.glob("*.db")):
            databases.enter_context(_database(file))
        yield
    for folder in set(runs.iterdir()) - folders:
        shutil.rmtree(folder)


@contextmanager
def _database(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, timeout=120)) as now, closing(sqlite3.connect(":memory:")) as before:
        now.backup(before)
        version = _version(now)
        yield
        if _version(now) != version:
            before.backup(now)


def _version(database: sqlite3.Connection) -> int:
    """Another number after each commit of somebody else."""
    number: int = database.execute("PRAGMA data_version").fetchone()[0]
    return number
