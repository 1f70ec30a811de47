"""Importing the house touches nothing, is cheap where it must be, and needs no orchestrator on a bare GPU box."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

WATCHER = Path(__file__).with_name("import_watched.py")

# What a command that only reads params.yaml must not wait for.
HEAVY = {
    "torch",
    "transformers",
    "pandas",
    "pyarrow",
    "sklearn",
    "scipy",
    "matplotlib",
    "datasets",
    "onnx",
    "onnxruntime",
}
SERVICES = {"prefect", "ray", "mlflow", "sqlalchemy", "fastapi", "dvc"}

BLOCK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ImportError(name + " is not on this box")
sys.meta_path.insert(0, Blocked())
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def python(tmp_path: Path, root: Path) -> Run:
    """Run this Python from the checkout with a home of its own."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "HOME": str(tmp_path),
            "PREFECT_HOME": str(tmp_path / "prefect"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            [sys.executable, *args],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
        )

    return run


def importable(names: dict[str, Path]) -> list[str]:
    """All modules but the one that Alembic executes in a context of its own."""
    return [name for name in names if name != "daybreak.ledger.migrations.env"]


def watched(python: Run, house: Path, *names: str) -> dict[str, list[str]]:
    done = python(str(WATCHER), str(house), *names)
    assert done.returncode == 0, done.stderr
    seen: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return seen


def test_importing_any_room_touches_no_disk_network_environment_or_logger(
    python: Run, root: Path, rooms: dict[str, Path]
) -> None:
    seen = watched(python, root, *importable(rooms))
    assert seen["touched"] == []
    assert seen["handlers"] == []


def test_importing_tasks_and_flows_touches_nothing_of_ours(python: Run, root: Path, sources: dict[str, Path]) -> None:
    above = {name: path for name, path in sources.items() if name.split(".")[0] in {"tasks", "flows"}}
    assert watched(python, root, *importable(above))["touched"] == []


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("open('left', 'w').close()", "open"),
        ("import os; os.makedirs('folder')", "os.mkdir"),
        ("import os; os.environ['LEFT'] = '1'", "os.putenv"),
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
        ("import socket; socket.socket().connect_ex(('127.0.0.1', 9))", "socket.connect"),
    ],
)
def test_the_watcher_sees(python: Run, tmp_path: Path, line: str, event: str) -> None:
    (tmp_path / "planted.py").write_text(f"import os; os.chdir({str(tmp_path)!r})\n{line}\n", encoding="utf-8")
    script = (
        f"import sys, runpy; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = ['w', {str(tmp_path)!r}, 'planted']\n"
    )
    done = python("-c", f"{script}runpy.run_path({str(WATCHER)!r}, run_name='__main__')")
    assert done.returncode == 0, done.stderr
    assert any(event in touch and "planted" in touch for touch in json.loads(done.stdout)["touched"])


def test_reading_params_loads_nothing_heavy(python: Run, root: Path) -> None:
    assert set(watched(python, root, "daybreak.params")["loaded"]) & (HEAVY | SERVICES) == set()


def test_the_command_line_loads_nothing_heavy_before_it_knows_what_is_asked(python: Run, root: Path) -> None:
    assert set(watched(python, root, "flows.__main__")["loaded"]) & (HEAVY | SERVICES) == set()


def test_models_are_made_on_a_bare_box(python: Run, rooms: dict[str, Path]) -> None:
    bare = [
        name for name in rooms if name.split(".")[1:2] in (["recipes"], ["training"], ["exporting"], ["evaluation"])
    ]
    blocked = SERVICES | {"onnxruntime", "sklearn", "pandas", "datasets"}
    done = python(
        "-c",
        BLOCK.format(names=blocked) + "import importlib\n" + f"for name in {bare!r}: importlib.import_module(name)",
    )
    assert done.returncode == 0, done.stderr


def test_the_blocker_blocks(python: Run) -> None:
    done = python("-c", BLOCK.format(names={"yaml"}) + "import daybreak.params")
    assert "yaml is not on this box" in done.stderr
