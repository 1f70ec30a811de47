"""What a stack says of itself is believed only while it answers."""

import json
from pathlib import Path

import pytest

from daybreak.settings import Settings
from flows.stack import is_healthy, prefect_environment, stack_address


def test_a_stack_says_where_its_server_is(tmp_path: Path) -> None:
    address = "http://127.0.0.1:4200/api"
    (tmp_path / "stack.json").write_text(json.dumps({"prefect": address}), encoding="utf-8")
    assert stack_address(Settings(home=tmp_path)) == address


def test_without_a_stack_there_is_no_address(tmp_path: Path) -> None:
    assert stack_address(Settings(home=tmp_path)) is None


def test_prefect_keeps_everything_below_our_home(tmp_path: Path) -> None:
    environment = prefect_environment(Settings(home=tmp_path))
    assert environment["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert environment["PREFECT_LOCAL_STORAGE_PATH"] == str(tmp_path)
    assert str(tmp_path) in environment["PREFECT_API_DATABASE_CONNECTION_URL"]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"prefect": "http://127.0.0.1:1/api"}'])
def test_a_stack_that_is_gone_is_noticed(tmp_path: Path, content: str) -> None:
    (tmp_path / "stack.json").write_text(content, encoding="utf-8")
    address = stack_address(Settings(home=tmp_path))
    assert address is None or not is_healthy(address)
