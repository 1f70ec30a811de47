"""The report tells both scores, and the baseline answers exactly the test rows."""

from daybreak.data import describe, tables
from daybreak.records import Project


def test_the_report_holds_what_commands_print(staged_project: Project) -> None:
    report = tables.read_json(staged_project.data / "describe" / "report.json")
    assert set(report) >= {"rows", "quarantined_by_rule", "leakage", "baseline", "splits", "clusters", "labels"}
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


def test_describing_again_changes_no_byte(staged_project: Project) -> None:
    folder = staged_project.data / "describe"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    describe.describe(staged_project.root, describe.DescribeParams(examples=3, seed=17))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_repeats_flatter_the_naive_score(staged_project: Project) -> None:
    raw = staged_project.data / "ingest" / "rows.parquet"
    rows = tables.read(raw)
    half = rows.assign(label=["positive" if place % 2 else "negative" for place in range(len(rows))])
    test = tables.read(staged_project.data / "split" / "test.parquet")
    import pandas as pd

    tables.write(pd.concat([half] * 4), raw, tables.ROW)  # random labels: nothing to learn but the repeats
    describe.describe(staged_project.root, describe.DescribeParams())
    scores = tables.read_json(staged_project.data / "describe" / "report.json")["baseline"]
    assert scores["naive_accuracy"] > 0.9
    assert scores["naive_seen_before"] > 0.9
    assert scores["honest_test_rows"] == len(test)
