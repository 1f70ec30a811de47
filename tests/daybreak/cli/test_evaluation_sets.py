"""`daybreak data golden | contamination` list what must hold, and find what judges models in the training rows."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from making import write_csv
from typer.testing import CliRunner

from daybreak.cli import app
from daybreak.data import tables
from daybreak.data.held_out import golden
from daybreak.records import Project

Run = Callable[..., Any]


@pytest.fixture
def run(staged_project: Project, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(staged_project.root)

    def ask(*arguments: str, as_json: bool = True) -> Any:
        result = CliRunner().invoke(app, ["data", *arguments, *(["--json"] if as_json else [])], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout) if as_json else result.stdout

    return ask


def test_golden_cases_are_listed(run: Run, staged_project: Project) -> None:
    assert run("golden") == {"cases": [], "digest": ""}
    path = staged_project.root / golden.FOLDER / "must.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text('{"text": "千万别买", "label": "negative", "why": "退货"}\n', encoding="utf-8")
    (case,) = run("golden")["cases"]
    assert (case["label"], case["place"]) == ("negative", "data/golden/must.jsonl:1")
    printed = run("golden", as_json=False)
    assert "千万别买" in printed
    assert "退货" in printed


def test_a_benchmark_in_the_training_rows_is_found(run: Run, staged_project: Project) -> None:
    train = tables.read_column(staged_project.data / "split/train.parquet", "text")
    file = write_csv(
        staged_project.root / "benchmark.csv",
        [(train[0], ""), (f"{train[1]}！", ""), ("一句从来没有人写过的问题，不在任何地方", "")],
    )
    told = run("contamination", str(file))
    found = {each["set"]: each for each in told["sets"]}
    assert {kind: found[str(file)][kind] for kind in ("rows", "exact", "near", "contained")} == {
        "rows": 3, "exact": 1, "near": 1, "contained": 0,
    }  # fmt: skip
    assert found["fairness probes"]["rows"] > 20
    assert told["contaminated"] == 2
    assert "Found in the training rows" in run("contamination", str(file), as_json=False)
