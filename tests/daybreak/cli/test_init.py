"""`daybreak init` makes a project and says what comes next."""

import json
import shutil
from pathlib import Path

import pytest
from making import CHECKOUT, commit_all, make_checkout, make_rows, run_git, write_csv
from typer.testing import CliRunner, Result

from daybreak.cli import app
from daybreak.errors import BadInput, ModelError, ProjectError


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_checkout(tmp_path / "checkout")
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(CHECKOUT / name, root / name)
    commit_all(root, "The sample")
    monkeypatch.chdir(root)
    return root


def init(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["init", *arguments], catch_exceptions=False)


def test_it_says_what_comes_next(checkout: Path) -> None:
    lines = init("news").stdout.splitlines()
    assert lines[0] == "Made projects/news."
    assert [line.strip()[:1] for line in lines[2:]] == ["1", "2", "3", "4"]
    assert "daybreak run --project news" in lines[-1]


def test_a_model_that_writes_has_a_night_like_others(checkout: Path) -> None:
    lines = init("talks", "--recipe", "generate").stdout.splitlines()
    assert "daybreak run --project talks" in lines[-1]


def test_a_base_for_others_is_trained_by_that_flow_too(checkout: Path) -> None:
    lines = init("my-encoder", "--recipe", "pretrain").stdout.splitlines()
    assert "daybreak run train-model --project my-encoder" in lines[-1]


def test_as_json(checkout: Path) -> None:
    rows = write_csv(checkout / "rows.csv", make_rows(20))
    told = json.loads(init("news", "--data", str(rows), "--recipe", "classify", "--json").stdout)
    assert (told["project"], told["root"]) == ("news", str(checkout / "projects" / "news"))
    assert told["champion"] is None
    assert len(told["next"]) == 3


def test_a_second_time_is_an_error(checkout: Path) -> None:
    init("news")
    with pytest.raises(ProjectError, match="is there already"):
        init("news")


def test_a_model_needs_rows_to_be_measured_on(checkout: Path) -> None:
    with pytest.raises(BadInput, match="measures the model on your rows; expected --data"):
        init("news", "--from-model", str(checkout))
    assert not (checkout / "projects").exists()


def test_a_model_that_cannot_be_used_leaves_no_project(checkout: Path, tmp_path: Path) -> None:
    rows = write_csv(tmp_path / "rows.csv", make_rows(300))
    with pytest.raises(ModelError, match="is no model"):
        init("news", "--data", str(rows), "--from-model", str(checkout))
    assert not (checkout / "projects" / "news").exists()
    assert run_git(checkout, "tag") == ""
