"""`daybreak model` asks the champion and tells its history."""

from typing import Any

import pytest
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.errors import BadInput
from daybreak.records import Project


def test_the_champion_predicts(ask: Any) -> None:
    told = ask("model", "predict", "早餐，太好了，excellent", "服务，太差了，terrible")
    assert [answer["label"] for answer in told["answers"]] == ["positive", "negative"]
    assert all(0.5 <= answer["probability"] <= 1 for answer in told["answers"])
    ran = told["ran_on"]
    assert (ran["providers"], ran["cpu_share"]) == (["CPUExecutionProvider"], 1.0)
    assert ran["judged_on"] == ran["cpu_class"]


def test_model_versions_name_the_champion(ask: Any) -> None:
    (version,) = ask("model", "versions")["versions"]
    assert (version["version"], version["champion"]) == (1, True)


def test_history_lists_moves_and_answers_for_a_moment(ask: Any) -> None:
    (move,) = ask("model", "history")["moves"]
    assert (move["from"], move["to"], move["outcome"], move["actor"]) == (None, 1, "done", "test")
    assert ask("model", "history", "--at", "2020-01-01T00:00+00:00")["moves"] == []


@pytest.mark.parametrize("moment", ["2026-11-20T08:00", "yesterday"])
def test_a_moment_without_a_zone_is_refused(read: Any, moment: str) -> None:
    with pytest.raises(BadInput, match="such as 2026-11-20T08:00"):
        read("model", "history", "--at", moment)


def test_without_a_champion_the_way_to_one_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    with pytest.raises(BadInput, match=r"no champion yet.*Run daybreak run first"):
        CliRunner().invoke(app, ["model", "predict", "x"], catch_exceptions=False)
