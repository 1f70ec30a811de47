"""A stage under dvc: its own section, one line for an error, the right exit code."""

import errno
from pathlib import Path
from typing import Any

import pytest
from making import write_params

from daybreak.data import stage
from daybreak.errors import DataError, ParamsError, StepFailed


@pytest.fixture(autouse=True)
def _in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_params(tmp_path)
    monkeypatch.chdir(tmp_path)


def failing(error: Exception) -> Any:
    def work(root: Path, params: Any) -> None:
        raise error

    return work


def test_a_stage_gets_its_own_section() -> None:
    given: list[Any] = []
    assert stage.run("split", lambda root, params: given.append((root, params.seed))) == 0
    assert given == [(Path(), 17)]


@pytest.mark.parametrize(("error", "code"), [(DataError("no such file"), 2), (StepFailed("split: broke"), 1)])
def test_an_error_is_one_line_and_an_exit_code(error: Exception, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert stage.run("split", failing(error)) == code
    said = capsys.readouterr().err
    assert said.startswith("split: ")
    assert said.count("\n") == 1


def test_a_full_disk_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert stage.run("clean", failing(OSError(errno.ENOSPC, "No space left on device", "rows.parquet"))) == 2
    assert "the disk is full while writing rows.parquet" in capsys.readouterr().err


def test_other_trouble_with_files_is_not_hidden() -> None:
    with pytest.raises(PermissionError):
        stage.run("clean", failing(PermissionError(errno.EACCES, "denied")))


def test_a_wrong_key_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_params(tmp_path, {"dedupe": {"treshold": 0.8}})
    assert stage.run("dedupe", failing(AssertionError())) == 2
    assert "dedupe.threshold" in capsys.readouterr().err
    with pytest.raises(ParamsError):
        stage.section(tmp_path, "dedupe")


def test_the_source_has_its_secret_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAYBREAK_SOURCE_URL", raising=False)
    assert stage.source_url(tmp_path) is None
    monkeypatch.setenv("DAYBREAK_SOURCE_URL", "postgresql://night:geheim@db/shop")
    found = stage.source_url(tmp_path)
    assert found is not None
    assert found.get_secret_value().endswith("@db/shop")
    assert "geheim" not in repr(found)
