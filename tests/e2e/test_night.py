"""One night end to end, then what its user asks, changes and gets wrong afterwards."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from daybreak.records import RunRecord

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("night")]

KEYS = {
    "run_id", "project", "status", "released", "data_version", "data_digest", "rows", "model", "metrics", "verdicts",
    "timings", "artifacts", "mlflow", "prefect",
}  # fmt: skip


def test_the_night_releases(record: dict[str, Any]) -> None:
    assert record["status"] == "released", record["reason"]
    assert record.keys() >= KEYS
    assert {"read", "empty", "distinct_raw", "duplicates", "quarantined", "kept"} <= record["rows"].keys()
    assert {"accuracy", "macro_f1", "baseline_accuracy", "naive_accuracy"} <= record["metrics"].keys()
    assert record["model"]["alias"] == "champion"
    assert record["model"]["version"] == 1
    assert record["data_version"] == 1
    assert RunRecord.model_validate(record).released


def test_rows_add_up(record: dict[str, Any]) -> None:
    rows = record["rows"]
    assert rows["read"] == rows["empty"] + rows["kept"] + rows["quarantined"] + rows["duplicates"] == 600


def test_every_step_was_done_and_timed(record: dict[str, Any]) -> None:
    assert {"prepare", "sweep", "train", "export", "evaluate", "judge", "total"} <= record["timings"].keys()
    assert record["reused"] == []


def test_runs_show_prints_the_same_record(shell: Any, record: dict[str, Any]) -> None:
    assert shell.json("runs", "show", record["run_id"]) == record


def test_dvc_is_clean_and_a_repro_does_nothing(shell: Any) -> None:
    dvc = str(Path(sys.executable).with_name("dvc"))
    options: dict[str, Any] = {
        "cwd": shell.project.root,
        "env": shell.environment,
        "capture_output": True,
        "text": True,
    }
    status = subprocess.run([dvc, "status"], **options, check=True)
    assert "up to date" in status.stdout
    repro = subprocess.run([dvc, "repro"], **options, check=True)
    assert "Running stage" not in repro.stdout
    dag = subprocess.run([dvc, "dag"], **options, check=True)
    assert all(stage in dag.stdout for stage in ("ingest", "clean", "dedupe", "split", "describe"))


def test_git_shows_at_most_the_data_version(shell: Any) -> None:
    status = subprocess.run(
        ["git", "status", "--porcelain"],
        cwd=shell.project.root,
        env=shell.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    changed = {line[3:] for line in status.stdout.splitlines()}
    assert changed <= {"dvc.lock", "data/"}  # data/sources.yaml, new in this project and the only file of data/ for git


MLFLOW = """
import json, sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
version = client.get_model_version_by_alias("daybreak-sample", "champion")
run = client.get_run(sys.argv[2])
below = f"tags.`mlflow.parentRunId` = '{run.info.run_id}'"
children = client.search_runs([run.info.experiment_id], filter_string=below)
print(json.dumps({"version": int(version.version), "tags": version.tags, "run": run.data.tags,
                  "metrics": run.data.metrics, "children": len(children)}))
"""


def test_mlflow_holds_champion_trials_and_lineage(shell: Any, record: dict[str, Any]) -> None:
    store = f"sqlite:///{shell.project.root}/.daybreak/mlflow.db"
    command = [sys.executable, "-c", MLFLOW, store, record["mlflow"]["run_id"]]
    done = subprocess.run(command, env=shell.environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["version"] == record["model"]["version"]
    assert found["tags"]["data_version"] == found["run"]["data_version"] == "1"
    assert found["children"] == 2
    assert found["metrics"]["accuracy"] == pytest.approx(record["metrics"]["accuracy"])


def test_the_shipped_file_answers_as_measured(shell: Any, record: dict[str, Any]) -> None:
    """In plain onnxruntime, with the tokenizer beside it, the model reaches the accuracy that the record states."""
    import numpy as np
    import onnxruntime
    import pandas as pd
    from tokenizers import Tokenizer

    model = Path(record["artifacts"]["onnx_int8"])
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(model.with_name("tokenizer.json")))
    rows = pd.read_parquet(shell.project.data / "split" / "test.parquet")
    right = 0
    for text, label in zip(rows["text"], rows["label"], strict=True):
        ids = np.array([tokenizer.encode(text).ids[:48]])
        logits = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
        right += ("negative", "positive")[int(logits.argmax())] == label
    assert right / len(rows) == pytest.approx(record["metrics"]["accuracy"], abs=0.03)


def test_the_report_is_there_and_says_released(record: dict[str, Any]) -> None:
    page = Path(record["artifacts"]["report"]).read_text(encoding="utf-8")
    assert all(gate in page for gate in ("quality", "parity", "fairness", "toxicity"))


def test_the_champion_answers(shell: Any) -> None:
    answer = shell.json("model", "predict", "早餐，太好了，the room excellent", "太差了，terrible service")
    assert answer["version"] == 1
    assert [each["label"] for each in answer["answers"]] == ["positive", "negative"]


def test_the_journal_has_one_done_move(journal: Callable[[], Any]) -> None:
    (move,) = [each for each in journal() if each["outcome"] == "done"]
    assert (move["from"], move["to"], move["data_version"]) == (None, 1, 1)
    assert move.keys() >= {"at", "actor", "from", "to", "outcome", "reason", "data_version", "commit", "evidence"}


def test_again_nothing_is_done(shell: Any, record: dict[str, Any]) -> None:
    log = shell.project.root / ".daybreak" / "prefect-server.log"
    before = log.stat().st_mtime_ns
    again = shell.json("run")
    assert again["status"] == "unchanged"
    assert again["same_as"] == record["run_id"]
    assert again["model"] == record["model"]
    assert log.stat().st_mtime_ns == before, "a server was started for nothing"


def test_a_stricter_limit_judges_again_and_trains_nothing(shell: Any) -> None:
    limit = ("-p", "gates.latency.max_ms_p95=1900")
    steps = {step["step"]: step for step in shell.json("run", "--plan", *limit)["steps"]}
    assert [name for name, step in steps.items() if step["action"] == "run"] == ["judge", "release"]
    assert steps["judge"]["why"] == "changed: params gates"


def test_another_search_space_runs_again_from_the_sweep(shell: Any) -> None:
    space = "tuning.space={learning_rate: {draw: loguniform, low: 1.0e-3, high: 1.0e-2}}"
    steps = {step["step"]: step for step in shell.json("run", "--plan", "-p", space)["steps"]}
    assert steps["prepare"]["action"] == "reuse"
    assert steps["sweep"] == {**steps["sweep"], "action": "run", "why": "changed: params tuning"}
    assert all(steps[name]["action"] == "run" for name in ("train", "export", "evaluate", "judge", "release"))


def test_a_refused_night_leaves_the_champion_and_exits_with_0(shell: Any, journal: Callable[[], Any]) -> None:
    strict = ("-p", "gates.quality.min_accuracy=0.999")
    refused = shell.json("run", *strict)
    assert refused["status"] == "refused"
    assert "quality" in refused["reason"]
    assert {"sweep", "train", "export", "evaluate"} <= set(refused["reused"])
    assert [each["to"] for each in journal() if each["outcome"] == "done"] == [1]
    demanded = shell("run", *strict, "--require-release")
    assert demanded.returncode == 3, demanded.stderr


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("training.learning_rat=1", "training.learning_rate"),
        ("training.learning_rate=-1", "greater than 0"),
        ("tuning.grace=9", "longer than a trial"),
        ("split.seed=3", "dvc versions them"),
        ("model.base=nobody/nothing", "model.base"),
        ("training.epochs=many", "training.epochs"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(
    shell: Any, journal: Callable[[], Any], override: str, says: str
) -> None:
    before = (journal(), shell.json("runs", "list"))
    done = shell("run", "-p", override)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert (journal(), shell.json("runs", "list")) == before


def test_outside_a_repository_it_says_so(shell: Any, tmp_path: Path) -> None:
    done = subprocess.run(
        [*shell.command, "run"], cwd=tmp_path, env=shell.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "not inside a git repository" in done.stderr
