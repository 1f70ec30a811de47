"""`daybreak gates` names every gate and explains its verdicts."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from making import Finished
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.errors import PluginError
from daybreak.founding import sure_mistakes


def test_gates_are_listed_with_file_mode_and_limits(ask: Any) -> None:
    gates = {gate["gate"]: gate for gate in ask("gates", "list")["gates"]}
    assert {"fairness", "latency", "parity", "quality", "toxicity"} <= gates.keys()
    assert gates["quality"]["limits"].items() >= {"margin": 0.3, "min_accuracy": 0.5, "critical": {}}.items()
    assert gates["toxicity"]["mode"] == "warn"
    assert Path(gates["quality"]["file"]).is_file()


def test_gates_are_explained(ask: Any, finished: Finished) -> None:
    verdicts = ask("gates", "explain", finished.record.run_id)["verdicts"]
    assert {verdict["gate"] for verdict in verdicts} == {verdict.gate for verdict in finished.record.verdicts}
    assert all(verdict["reason"] for verdict in verdicts)


def test_gates_are_planned_by_the_rows_at_hand(ask: Any) -> None:
    found = ask("gates", "plan")["plan"]
    assert {"quality", "parity"} <= {each["gate"] for each in found}
    for each in found:
        assert each["settled"] == (each["needed"] is not None and each["rows"] >= each["needed"])


def test_the_latest_run_is_explained_in_the_language_of_the_terminal(read: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "已发布" in read("gates", "explain")
    assert "no gate stood against it" in read("gates", "explain", "--language", "en")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    plain, verbose = read("gates", "explain"), read("gates", "explain", "--verbose")
    assert "no gate stood against it" in plain
    assert "at worst" in verbose
    assert "at worst" not in plain


def test_a_gate_of_the_projects_own_is_listed(ask: Any, finished: Finished) -> None:
    folder = finished.night.project.plugins
    folder.mkdir()
    try:
        shutil.copy(sure_mistakes.__file__, folder / "sure_mistakes.py")
        (found,) = (each for each in ask("gates", "list")["gates"] if each["gate"] == "sure_mistakes")
    finally:
        shutil.rmtree(folder)
    assert found["file"] == str(folder / "sure_mistakes.py")
    assert found["limits"] == {"max_share": 0.1, "sure_from": 3.0}


def test_a_gate_that_cannot_be_loaded_ends_a_command_before_it_begins(finished: Finished, monkeypatch: Any) -> None:
    folder = finished.night.project.plugins
    monkeypatch.chdir(finished.night.project.root)
    folder.mkdir()
    try:
        (folder / "broken.py").write_text("import nothing_of_that_name", encoding="utf-8")
        with pytest.raises(PluginError, match=r"plugins/broken\.py cannot be loaded \(line 1\)") as caught:
            CliRunner().invoke(app, ["gates", "list"], catch_exceptions=False)
    finally:
        shutil.rmtree(folder)
    assert caught.value.exit_code == 2
