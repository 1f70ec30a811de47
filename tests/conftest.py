"""Fixtures for every test: a small project, fresh or prepared; and in which order and beside what the tests run."""

import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

BESIDE = Path(__file__).parent
sys.path.insert(0, str(BESIDE))  # so that tests can `import making`
pytest.register_assert_rewrite(*(path.stem for path in BESIDE.glob("*.py")))  # a failed assert shows its values

import warming  # noqa: E402
from making import Finished, finish_night, make_project, run_stages  # noqa: E402
from restoring import restored  # noqa: E402

from daybreak.records import Project  # noqa: E402

# No connection outlives its use: a test that copies a home reads its databases, which lets go of SQLite's locks on them
# in this whole process, and another process then takes away what a connection left open here still holds.
os.environ.setdefault("MLFLOW_SQLALCHEMYSTORE_POOLCLASS", "NullPool")

CURRENT = "PYTEST_CURRENT_TEST"  # pytest's own
STACK = "stack"  # the group of all tests that bring a stack up: two at once would race for its ports and for the cores


@cache
def group_of(file: Path) -> str:
    """What a worker takes at once: a file, or all files that name one group."""
    named = re.search(r'xdist_group\("(\w+)"\)', file.read_text(encoding="utf-8"))
    return named[1] if named else str(file)


@pytest.hookimpl(optionalhook=True)  # xdist may be switched off
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """By groups; xdist's own `--dist loadgroup` loses them under pytest 9, and hands out single tests."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(config.rootpath / nodeid.partition("::")[0])

    return ByGroup(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stacks first, then by the number of slow tests: what lasts longest does not begin last."""
    groups = {item: group_of(item.path) for item in items}
    slow = Counter(groups[item] for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: (groups[item] != STACK, -slow[groups[item]]))


def pytest_sessionfinish() -> None:
    warming.end()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The project `sample` of a checkout of its own with 300 rows, committed, not prepared."""
    return make_project(tmp_path / "checkout")


@pytest.fixture(scope="session")
def _staged(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = make_project(tmp_path_factory.mktemp("staged") / "checkout")
    run_stages(made.root)
    return made


@pytest.fixture
def staged_project(_staged: Project, tmp_path: Path) -> Project:
    """A copy of a small project whose stages have run: data/ is complete, but dvc knows nothing of it yet."""
    root = tmp_path / "checkout"
    shutil.copytree(_staged.root, root)
    return Project(name="sample", root=root)


@pytest.fixture(scope="session")
def mlflow_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new MLflow database: seconds of migrations, so they are paid once."""
    from daybreak import settings, tracking

    settings.export_environment(settings.QUIET)
    file = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    tracking.warm_up(f"sqlite:///{file}")
    return file


@pytest.fixture
def mlflow_url(mlflow_template: Path, tmp_path: Path) -> str:
    """An MLflow database of this test's own."""
    file = tmp_path / "mlflow.db"
    shutil.copyfile(mlflow_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def _finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return finish_night(tmp_path_factory.mktemp("finished") / "checkout")


@pytest.fixture
def finished(_finished: Finished) -> Iterator[Finished]:
    """A small night done in this process, without Prefect or Ray: released as version 1.

    Every test that asks gets the same one: its databases and its runs are put back afterwards, its other files must not
    be changed.
    """
    home = _finished.night.settings.home
    with restored(home, runs=_finished.night.folder.parent):
        yield _finished


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """A command that runs in the tests' process sets variables for the libraries it starts: here they end with it."""
    before = dict(os.environ)
    yield
    if {**os.environ, CURRENT: ""} != {**before, CURRENT: ""}:
        os.environ.clear()
        os.environ.update(before)
        if "prefect.context" in sys.modules:
            from prefect.context import refresh_global_settings_context

            refresh_global_settings_context()
