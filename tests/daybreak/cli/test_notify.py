"""`daybreak notify` says whether people would be told, without saying where."""

import json
from collections.abc import Iterator

import pytest
from listening import KEY, Listener, listening
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.records import Project


@pytest.fixture
def listener(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """A web server that Slack and the heartbeat are set to."""
    monkeypatch.chdir(project.root)
    with listening() as found:
        monkeypatch.setenv("DAYBREAK_NOTIFY_SLACK", found.address)
        monkeypatch.setenv("DAYBREAK_HEARTBEAT_URL", found.address)
        yield found


def ask(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["notify", *arguments], catch_exceptions=False)
    return result.exit_code, result.stdout


def test_a_test_message_reaches_every_channel(listener: Listener) -> None:
    code, printed = ask("--test", "--json")
    assert code == 0
    assert [(each["channel"], each["error"]) for each in json.loads(printed)["channels"]] == [
        ("slack", ""),
        ("heartbeat", ""),
    ]
    assert sorted(verb for verb, _, _ in listener.got) == ["GET", "POST"]
    (body,) = [json.loads(body) for verb, _, body in listener.got if verb == "POST"]
    assert body["text"] == "Daybreak · sample: a test message"


def test_what_comes_back_is_shown_and_an_error_is_the_exit_code(listener: Listener) -> None:
    listener.status = 403
    code, printed = ask("--test")
    assert code == 1
    assert "the service answered 403" in " ".join(printed.split())
    assert KEY not in printed


def test_without_test_nothing_is_sent(listener: Listener) -> None:
    code, printed = ask("--json")
    assert code == 0
    assert json.loads(printed)["channels"][0] == {"channel": "slack", "at": None, "subject": None, "error": None}
    assert listener.got == []


def test_where_nobody_is_told_it_says_how(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    code, printed = ask()
    assert code == 0
    assert "DAYBREAK_NOTIFY_" in printed
    assert json.loads(ask("--json")[1]) == {"channels": []}
