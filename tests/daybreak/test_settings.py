"""Settings come from the environment, and keep their secrets."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from daybreak.errors import ProjectError
from daybreak.records import Project
from daybreak.settings import (
    QUIET,
    Settings,
    child_environment,
    export_environment,
    load_settings,
    terminal_language,
)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "LEDGER_URL", "MLFLOW_URL", "LOCK_WAIT_SECONDS", "PREFECT_DATABASE_URL", "TIMEZONE"):
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


def test_addresses_of_channels_are_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBREAK_NOTIFY_SLACK", "https://hooks.example/T0/geheim")
    monkeypatch.setenv("DAYBREAK_NOTIFY_EMAIL", "mailtos://night:geheim@mail.example?to=team@mail.example")
    monkeypatch.setenv("DAYBREAK_NOTIFY_FEISHU", "")
    monkeypatch.setenv("DAYBREAK_NOTIFY_LANGUAGE", "zh")
    settings = load_settings(tmp_path)
    assert set(settings.addresses) == {"slack", "email"}
    assert settings.addresses["slack"] == "https://hooks.example/T0/geheim"
    assert settings.notify_language == "zh"
    assert "geheim" not in repr(settings) + str(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("NOTIFY_WECOM", "qyapi.example/geheim", "an address that begins with https://"),
        ("NOTIFY_WEBHOOK", "https:///geheim", "an address that begins with https://"),
        ("HEARTBEAT_URL", "ftp://geheim", "an address that begins with https://"),
        ("NOTIFY_EMAIL", "geheim@mail.example", "an address that begins with mailtos://"),
        ("NOTIFY_LANGUAGE", "geheim", "'en' or 'zh'"),
    ],
)
def test_an_address_that_is_none_is_refused_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"DAYBREAK_{name}", value)
    with pytest.raises(ProjectError, match=f"DAYBREAK_{name} cannot be used; expected.*{expected}") as caught:
        load_settings(tmp_path)
    assert "geheim" not in str(caught.value)


def test_prefect_s_database_is_one_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(tmp_path).prefect_database == f"sqlite+aiosqlite:///{tmp_path}/.daybreak/prefect/prefect.db"
    monkeypatch.setenv("DAYBREAK_PREFECT_DATABASE_URL", "postgresql+asyncpg://night:geheim@db/prefect")
    settings = load_settings(tmp_path)
    assert settings.prefect_database == "postgresql+asyncpg://night:geheim@db/prefect"
    assert "geheim" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DAYBREAK_PREFECT_DATABASE_URL", "postgresql://night:geheim@db/prefect", "sqlite.aiosqlite"),
        ("DAYBREAK_TIMEZONE", "Middle-earth/Shire", "Asia/Shanghai"),
        ("DAYBREAK_PREFECT_PORT", "70000", "65535"),
        ("DAYBREAK_MLFLOW_PORT", "http", "integer"),
    ],
)
def test_what_the_stack_cannot_use_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ProjectError, match=f"{variable} cannot be used.*{said}") as caught:
        load_settings(tmp_path)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("zone", "found"), [("Asia/Shanghai", "Asia/Shanghai"), (":Europe/Oslo", "Europe/Oslo"), ("?", "UTC")]
)
def test_schedules_are_meant_in_the_machine_s_time_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, found: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    assert load_settings(tmp_path).timezone == found
    monkeypatch.setenv("DAYBREAK_TIMEZONE", "America/Lima")
    assert load_settings(tmp_path).timezone == "America/Lima"


def test_a_ray_cluster_is_named_as_ray_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert load_settings(tmp_path).ray_address == ""
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.7:6379")
    assert load_settings(tmp_path).ray_address == "10.0.0.7:6379"


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_terminals_language(said: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert terminal_language() == language
