"""The report tells both scores and the doubtful labels, and the baseline answers exactly the test rows."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from making import make_rows, run_stages, write_csv, write_params

from daybreak.data import describe, tables
from daybreak.data.describing import baseline
from daybreak.data.remembering import memo
from daybreak.data.splitting import drawing
from daybreak.records import Project


def test_the_report_holds_what_commands_print(staged_project: Project) -> None:
    report = tables.read_json(staged_project.data / "describe" / "report.json")
    assert set(report) >= {"rows", "quarantined_by_rule", "leakage", "baseline", "splits", "clusters", "labels"}
    assert set(report) >= {"stages", "rules", "noise", "coverage", "personal", "certificate", "encodings"}
    assert set(report["leakage"]) >= {"pairs", "max_similarity"}
    assert set(report["baseline"]) >= {"naive_accuracy", "honest_accuracy", "macro_f1"}
    assert 0.9 < report["baseline"]["honest_accuracy"] <= 1


def test_the_baseline_answers_the_test_rows(staged_project: Project) -> None:
    answers = tables.read(staged_project.data / "describe" / "baseline.parquet")
    test = tables.read(staged_project.data / "split" / "test.parquet")
    assert list(answers.columns) == ["id", "label", "predicted", "score"]
    assert answers["id"].tolist() == test["id"].tolist()
    assert answers["label"].tolist() == test["label"].tolist()
    assert answers["score"].between(0, 1).all()
    share = float((answers["label"] == answers["predicted"]).mean())
    report = tables.read_json(staged_project.data / "describe" / "report.json")
    assert share == report["baseline"]["honest_accuracy"]
    source = report["coverage"]["source"]["shown"][0]
    assert source["right"] / source["tested"] == share


def test_nothing_personal_leaves_with_the_report(staged_project: Project) -> None:
    """Rows that ingest refused stand raw in the quarantine; the report goes to dossiers, MLflow and the remote."""
    root, phone = staged_project.root, "13901019711"
    rows = [*make_rows(300), (f"打{phone}，没有标签", ""), (f"很长，打{phone}。" * 40, "positive")]
    write_csv(root / "rows.csv", [*rows, (f"两样都说，打{phone}", "positive"), (f"两样都说，打{phone}", "negative")])
    write_params(root, {"clean": {"max_characters": 500, "personal": {"mobile": "keep"}}})
    run_stages(root)
    report = tables.read_json(root / "data/describe/report.json")
    assert {"no_label", "too_long", "contradicting_labels"} <= set(report["rules"])
    assert report["rules"]["no_label"]["examples"][0]["text"] == "打[mobile]，没有标签"
    assert len(report["rules"]["too_long"]["examples"][0]["text"]) == 241
    for name in ("report.json", "report.html"):
        assert phone not in (root / "data/describe" / name).read_text(encoding="utf-8")


def test_describing_again_changes_no_byte(staged_project: Project) -> None:
    folder = staged_project.data / "describe"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    describe.describe(staged_project.root, describe.DescribeParams(examples=3, seed=17))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert set(before) == {"report.json", "report.html", "baseline.parquet", "label_suspects.parquet"}


def test_repeats_flatter_the_naive_score(staged_project: Project) -> None:
    raw = staged_project.data / "ingest" / "rows.parquet"
    rows = tables.read(raw)
    half = rows.assign(label=["positive" if place % 2 else "negative" for place in range(len(rows))])
    test = tables.read(staged_project.data / "split" / "test.parquet")
    tables.write(pd.concat([half] * 4), raw, tables.ROW)  # random labels: nothing to learn but the repeats
    describe.describe(staged_project.root, describe.DescribeParams())
    scores = tables.read_json(staged_project.data / "describe" / "report.json")["baseline"]
    assert scores["naive_accuracy"] > 0.9
    assert scores["naive_seen_before"] > 0.9
    assert scores["honest_test_rows"] == len(test)


def test_rows_without_labels_have_no_scores(staged_project: Project) -> None:
    """Conversations: nothing to classify, so neither score nor doubt, and the page says so."""
    for name in ("train", "validation", "test"):
        path = staged_project.data / f"split/{name}.parquet"
        tables.write(tables.read(path).assign(label=""), path, tables.PLACED)
    describe.describe(staged_project.root, describe.DescribeParams())
    report = tables.read_json(staged_project.data / "describe/report.json")
    assert report["baseline"] == {"naive_accuracy": None, "honest_accuracy": None}
    assert (report["noise"], report["labels"]) == (None, [])
    answers = tables.read(staged_project.data / "describe/baseline.parquet")
    assert set(answers["predicted"]) == {""}
    assert "Two scores" not in (staged_project.data / "describe/report.html").read_text(encoding="utf-8")


def test_rows_that_were_made_are_not_doubted(staged_project: Project) -> None:
    path = staged_project.data / "split/train.parquet"
    train = tables.read(path)
    own = describe._own(staged_project.root, None)
    tables.write(pd.concat([train, train[:9].assign(source="made:swap", id="f")]), path, tables.PLACED)
    assert describe._own(staged_project.root, None).equals(own)


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prepared corpus that counts as large, so that 200 of its rows or so are drawn."""
    monkeypatch.setattr(drawing, "CHARACTERS", 2_000)
    monkeypatch.setattr(drawing, "WANTED", 9_500)
    rows = make_rows(400)
    write_csv(tmp_path / "rows/a.csv", [*rows, *rows[:40]])
    write_params(tmp_path, {"ingest": {"source": "files", "path": "rows"}})
    run_stages(tmp_path)
    return tmp_path


def report_of(root: Path) -> dict[str, Any]:
    told: dict[str, Any] = tables.read_json(root / "data/describe/report.json")
    return told


def test_of_a_large_corpus_models_see_a_draw(large: Path) -> None:
    drawn = tables.read(large / drawing.FILE)
    assert 150 < len(drawn) < 250
    told = report_of(large)
    assert told["noise"]["rows"] == len(drawn)
    assert told["baseline"]["honest_test_rows"] == len(tables.read(large / "data/split/test.parquet"))
    assert told["baseline"]["honest_accuracy"] > 0.8
    assert 0 < told["baseline"]["naive_seen_before"] < 0.3
    assert told["baseline"]["naive_test_rows"] < 60


def test_a_few_new_rows_fit_nothing_anew(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the files are those of describing it all without what is remembered."""
    before = report_of(large)
    rows = make_rows(400)
    write_csv(large / "rows/b.csv", [*make_rows(6, seed=2), rows[3], (rows[5][0] + "。", rows[5][1])])
    with monkeypatch.context() as patch:
        patch.setattr(baseline, "regression", None)
        run_stages(large)
    told = report_of(large)
    assert told["rows"]["kept"] > before["rows"]["kept"]
    assert told["noise"] == before["noise"]
    assert told["baseline"]["naive_accuracy"] == before["baseline"]["naive_accuracy"]
    written = {path.name: path.read_bytes() for path in (large / "data/describe").iterdir()}
    memo.forget(large)
    describe.describe(large, describe.DescribeParams())
    assert {path.name: path.read_bytes() for path in (large / "data/describe").iterdir()} == written
