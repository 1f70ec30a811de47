"""`daybreak data` tells what was prepared, and lists versions."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from making import make_project, make_rows, write_csv
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.data.ingest import row_id
from daybreak.data.versioning import versions
from daybreak.errors import BadInput

pytestmark = pytest.mark.slow  # several real preparations a test


def test_data_prepare_tells_rows_leakage_and_both_scores(ask: Any) -> None:
    told = ask("data", "prepare")
    assert told.keys() >= {"data_version", "data_digest", "rows", "quarantined_by_rule", "leakage", "baseline"}
    assert told["leakage"].keys() >= {"pairs", "max_similarity"}
    assert told["baseline"].keys() >= {"naive_accuracy", "honest_accuracy"}


def test_data_versions_are_listed_oldest_first(ask: Any) -> None:
    (version,) = ask("data", "versions")["versions"]
    assert version.keys() >= {"version", "digest", "at", "rows"}
    assert version["version"] == 1


@pytest.fixture(scope="module")
def prepared_twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with two data versions."""
    project = make_project(tmp_path_factory.mktemp("twice") / "checkout", rows=120)
    versions.prepare(project)
    write_csv(project.root / "rows.csv", make_rows(140))
    versions.prepare(project)
    return project.root


@pytest.fixture
def run(prepared_twice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in a copy of that project."""
    shutil.copytree(prepared_twice, tmp_path / "checkout", symlinks=True)
    monkeypatch.chdir(tmp_path / "checkout")
    return lambda *arguments: CliRunner().invoke(app, ["data", *arguments])


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_data_is_compared_rolled_back_and_brought_forward(run: Callable[..., Result]) -> None:
    found = told(run("diff", "1", "2", "--examples", "1", "--json"))
    assert (found["added"]["count"], len(found["added"]["examples"]), found["removed"]["count"]) == (20, 1, 0)
    assert "data version 1 (120 rows) → 2 (140 rows)" in run("diff", "1", "2").stdout
    back = told(run("rollback", "1", "--reason", "坏数据", "--by", "Ann", "--json"))
    assert (back["data_version"], back["rolled_back"]["reason"], back["rolled_back"]["actor"]) == (1, "坏数据", "Ann")
    listed = told(run("versions", "--json"))
    assert [each["current"] for each in listed["versions"]] == [True, False]
    assert (listed["rolled_back"]["version"], listed["waiting"]) == (1, 0)
    assert told(run("prepare", "--json"))["data_version"] == 1
    shown = " ".join(run("versions").stdout.split())
    assert "rolled back to version 1 by Ann" in shown
    assert "`daybreak data forward` ends it" in shown
    listed = told(run("forward", "--by", "Ann", "--json"))
    assert ([each["current"] for each in listed["versions"]], listed["rolled_back"]) == ([False, True], None)


def test_a_row_is_forgotten(run: Callable[..., Result]) -> None:
    text, label = make_rows(140)[0]
    write_csv(Path("rows.csv"), make_rows(140)[1:])
    found = told(run("forget", row_id(text, label), "--reason", "the author asked", "--by", "Ann", "--json"))
    assert (found["ids"], found["versions"], found["models"]) == ([row_id(text, label)], [1, 2], [])
    assert told(run("prepare", "--json"))["rows"]["kept"] == 139


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rollback", "9", "--reason", "x"), r"no data version 9; expected one of: 1, 2"),
        (("diff", "1", "9"), r"no data version 9"),
        (("forward",), r"are not rolled back"),
        (("forget", "nobody", "--reason", "x"), r"no raw file .* holds the row 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_bad_input(run: Callable[..., Result], arguments: tuple[str, ...], message: str) -> None:
    found = run(*arguments)
    assert isinstance(found.exception, BadInput)
    assert re.search(message, str(found.exception))
