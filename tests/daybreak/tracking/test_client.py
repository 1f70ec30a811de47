"""The door: quiet, explicit, and with MLflow's errors turned into ours."""

import pickle
import sqlite3
import subprocess
import sys
import traceback
from contextlib import closing
from pathlib import Path

import pytest

from daybreak.errors import Busy, DaybreakError, ProjectError, StepFailed
from daybreak.tracking.client import connect, door, warm_up

SERVER = "postgresql://daybreak:s3cret@db.example/mlflow"


def test_importing_the_room_does_not_import_mlflow() -> None:
    code = "import sys, daybreak.tracking; sys.exit(any(name.partition('.')[0] == 'mlflow' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_new_database_is_made_with_its_folder_and_wal(tmp_path: Path, mlflow_template: Path) -> None:
    home = tmp_path / "new home"
    home.mkdir()
    (home / "mlflow.db").write_bytes(mlflow_template.read_bytes())
    warm_up(f"sqlite:///{home / 'mlflow.db'}")
    with closing(sqlite3.connect(home / "mlflow.db")) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_mlflow_is_quiet_from_its_first_import_on_and_reports_to_nobody() -> None:
    code = """
import logging
from daybreak.tracking.client import _hush
_hush()
from mlflow.telemetry import get_telemetry_client
assert logging.getLogger("mlflow.store.db.utils").getEffectiveLevel() == logging.ERROR
assert get_telemetry_client() is None
"""
    finished = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    file.write_text("a shopping list " * 100, encoding="utf-8")
    with pytest.raises(ProjectError, match=r"mlflow\.db cannot be used .*not a database.*Move it away"):
        connect(f"sqlite:///{file}")
    assert file.read_text(encoding="utf-8").startswith("a shopping list")


def test_a_database_of_another_mlflow_is_named_with_the_remedy(mlflow_url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
    with pytest.raises(ProjectError, match=r"schema of another version of MLflow.*`mlflow db upgrade sqlite:///.*db`"):
        connect(mlflow_url)


def test_the_remedy_for_a_server_names_the_variable() -> None:
    thrown = RuntimeError("Detected out-of-date database schema (found version 1, but expected 2)")
    with pytest.raises(ProjectError, match=r'`mlflow db upgrade "\$DAYBREAK_MLFLOW_URL"`'), door(SERVER):
        raise thrown


@pytest.mark.parametrize(
    ("thrown", "becomes", "message"),
    [
        (RuntimeError("(sqlite3.OperationalError) database is locked"), Busy, "db is locked by another process"),
        (RuntimeError("attempt to write a readonly database"), ProjectError, "cannot be used"),
        (RuntimeError("anything\nelse"), StepFailed, r"tracking: MLflow at .*mlflow\.db said: anything else"),
        (StepFailed("train: broke"), StepFailed, "^train: broke"),
    ],
)
def test_what_is_thrown_inside_leaves_as_ours(thrown: Exception, becomes: type[DaybreakError], message: str) -> None:
    with pytest.raises(becomes, match=message) as caught, door("sqlite:////home/mlflow.db"):
        raise thrown
    assert type(pickle.loads(pickle.dumps(caught.value))) is becomes


@pytest.mark.parametrize(
    ("url", "passwords"),
    [
        (SERVER, ["s3cret"]),
        ("postgresql://daybreak:p%40ss%2Fword@db.example/mlflow", ["p%40ss%2Fword", "p@ss/word"]),
        ("postgresql://daybreak:p@ss/word#1@db.example/mlflow", ["p@ss/word#1", "p%40ss%2Fword%231"]),
        ("postgresql://db.example/mlflow?user=daybreak&password=s3+cret", ["s3+cret"]),
    ],
)
def test_no_password_is_shown(url: str, passwords: list[str]) -> None:
    long = "x" * 280  # where the reason is cut, half a password must not stand
    with pytest.raises(StepFailed) as caught, door(url):
        raise RuntimeError(f"{url} said no to {' '.join(passwords)} and to {long} {url}")
    text = "".join(traceback.format_exception(caught.value))
    assert "MLflow at postgresql://db.example/mlflow said: postgresql://db.example/mlflow said no to ***" in text
    assert [password for password in passwords if password in text] == []


def test_an_address_that_mlflow_does_not_know_is_shown_without_its_password() -> None:
    with pytest.raises(StepFailed, match=r"unsupported URI 'postgress://h/db'") as caught:
        connect("postgress://u:s3cret@h/db")
    assert "s3cret" not in "".join(traceback.format_exception_only(caught.value))
