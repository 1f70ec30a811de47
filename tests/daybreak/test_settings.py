"""Settings come from the environment, and keep their secrets."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from daybreak.errors import ProjectError
from daybreak.records import Project
from daybreak.settings import QUIET, Settings, child_environment, export_environment, load_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "LEDGER_URL", "MLFLOW_URL", "LOCK_WAIT_SECONDS"):
        monkeypatch.delenv(f"DAYBREAK_{name}", raising=False)


def test_state_lives_below_the_checkout(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings.home == tmp_path / ".daybreak"
    assert settings.ledger == f"sqlite:///{tmp_path / '.daybreak' / 'ledger.db'}"
    assert settings.mlflow == f"sqlite:///{tmp_path / '.daybreak' / 'mlflow.db'}"
    assert settings.mlflow_artifacts.parent == settings.home
    assert not settings.home.exists(), "reading settings makes nothing"


def test_one_variable_moves_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBREAK_HOME", str(tmp_path / "elsewhere"))
    assert load_settings(tmp_path).home == tmp_path / "elsewhere"


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAYBREAK_HOME", "state")
    assert load_settings(Path("/")).home == tmp_path / "state"


def test_a_database_is_one_variable_and_its_password_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYBREAK_LEDGER_URL", "postgresql://night:geheim@db/ledger")
    settings = load_settings(tmp_path)
    assert settings.ledger == "postgresql://night:geheim@db/ledger"
    assert "geheim" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_each_project_has_its_own_folders(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    sample, other = (Project(name=name, root=tmp_path) for name in ("sample", "酒店"))
    for folder in (settings.steps, settings.runs):
        assert folder(sample) != folder(other)
    assert settings.locks().parent == settings.home


def test_settings_are_frozen_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError):
        Settings(home=tmp_path).home = tmp_path / "other"  # type: ignore[misc]
    monkeypatch.setenv("DAYBREAK_LOCK_WAIT_SECONDS", "-1")
    with pytest.raises(ProjectError, match="DAYBREAK_LOCK_WAIT_SECONDS"):
        load_settings(tmp_path)


def test_children_get_our_environment_quiet_and_what_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example")
    monkeypatch.setenv("DO_NOT_TRACK", "0")
    child = child_environment({"EXTRA": "1"})
    assert child["HF_ENDPOINT"] == "https://mirror.example"
    assert child["EXTRA"] == "1"
    assert child.items() >= QUIET.items()


def test_exported_variables_reach_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBREAK_TEST_MARK", "before")
    export_environment({"DAYBREAK_TEST_MARK": "after"})
    assert child_environment({})["DAYBREAK_TEST_MARK"] == "after"


def test_a_variable_that_cannot_be_used_is_named_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYBREAK_LOCK_WAIT_SECONDS", "s3cret")
    with pytest.raises(ProjectError, match="DAYBREAK_LOCK_WAIT_SECONDS cannot be used") as caught:
        load_settings(tmp_path)
    assert "s3cret" not in str(caught.value)
