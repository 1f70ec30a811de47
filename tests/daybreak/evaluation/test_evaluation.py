"""A candidate and a champion measured as a whole, and judged on what was measured."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from daybreak import digests, evaluation
from daybreak.errors import EvidenceMismatch, ModelError
from daybreak.gates.judge import judge
from daybreak.params import gates_section
from daybreak.records import DatasetRef, Evidence, ExportRef, Measurements, Outcome
from daybreak.reports.comparison import compare


def test_every_measurement_leaves_its_file(measured: Measurements) -> None:
    found = {path.stem for path in measured.path.glob("*.json")}
    assert found == set(evaluation.discover())
    assert {"predictions", "parity", "fairness", "toxicity", "latency", "baseline"} <= found
    for path in measured.path.glob("*.json"):
        json.dumps(json.loads(path.read_text(encoding="utf-8")), allow_nan=False)


def test_headlines_are_there(measured: Measurements) -> None:
    names = "accuracy macro_f1 auc unknown_token_rate baseline_accuracy flip_rate latency_ms_p50 latency_ms_p95"
    assert set(names.split()) <= measured.metrics.keys()
    assert measured.metrics["accuracy"] > 0.95
    assert measured.metrics["baseline_accuracy"] == 1


def test_the_digest_is_that_of_the_folder(measured: Measurements, exported: ExportRef, reviews: DatasetRef) -> None:
    assert measured.digest == digests.of_files(measured.path.iterdir(), below=measured.path)
    assert measured.artifact_sha256 == exported.int8.sha256
    assert measured.dataset_digest == reviews.digest


def test_a_champion_only_answers(
    exported: ExportRef, reviews: DatasetRef, measured: Measurements, tmp_path: Path
) -> None:
    champion = evaluation.measure_champion(exported.int8, reviews, tmp_path)
    assert {path.name for path in champion.path.iterdir()} == {
        "drift.json",
        "learned.json",
        "predictions.json",
        "predictions.parquet",
        "release_set.json",
    }
    ours, theirs = (pd.read_parquet(each.path / "predictions.parquet") for each in (measured, champion))
    pd.testing.assert_frame_equal(ours, theirs)


def test_the_other_artifact_can_be_the_one_that_ships(exported: ExportRef, reviews: DatasetRef, tmp_path: Path) -> None:
    found = evaluation.measure_candidate(exported.model_copy(update={"ship": "onnx-fp32"}), reviews, tmp_path)
    assert found.artifact_sha256 == exported.fp32.sha256
    assert found.metrics["flip_rate"] == 0
    assert found.metrics["max_logit_difference"] < 1e-4


def test_gates_can_judge_what_was_measured(
    measured: Measurements, exported: ExportRef, reviews: DatasetRef, tmp_path: Path
) -> None:
    champion = evaluation.measure_champion(exported.fp32, reviews, tmp_path / "champion")
    evidence = Evidence(candidate=measured, champion=champion, dataset=reviews)
    judgement = judge(evidence, gates_section()(), tmp_path, 1)
    outcomes = {verdict.gate: verdict.outcome for verdict in judgement.verdicts}
    undecided = {verdict.gate: verdict.reason for verdict in judgement.verdicts if verdict.code == "error"}
    assert undecided.pop("contamination").endswith("Run dvc repro.")  # these rows were not split by the split stage
    assert not undecided
    assert outcomes["latency"] is Outcome.PASS
    assert outcomes["toxicity"] is Outcome.NOT_APPLICABLE  # nobody reviewed rows of this project


def test_reports_its_progress(exported: ExportRef, reviews: DatasetRef, tmp_path: Path) -> None:
    notes: list[tuple[float, str]] = []
    evaluation.measure_champion(exported.int8, reviews, tmp_path, lambda share, note: notes.append((share, note)))
    asked = ("predictions", "drift", "learned", "release_set")
    assert notes == [(place / len(asked), f"measuring {name}") for place, name in enumerate(asked)]


def test_a_candidate_with_other_labels_is_refused(exported: ExportRef, reviews: DatasetRef, tmp_path: Path) -> None:
    other = reviews.model_copy(update={"labels": ("bad", "good")})
    with pytest.raises(ModelError, match=r"answers \['negative', 'positive'\]; expected the dataset's labels"):
        evaluation.measure_candidate(exported, other, tmp_path)


def test_a_champion_that_shares_no_label_says_so(exported: ExportRef, reviews: DatasetRef, tmp_path: Path) -> None:
    other = reviews.model_copy(update={"labels": ("坏", "好")})
    champion = evaluation.measure_champion(exported.int8, other, tmp_path)
    found = json.loads((champion.path / "predictions.json").read_text(encoding="utf-8"))
    assert found == {"rows": 0, "labels": ["negative", "positive"], "shared": []}
    assert champion.metrics == {}
    assert not (champion.path / "predictions.parquet").exists()


def test_gates_and_reports_can_do_without_the_champions_answers(
    measured: Measurements, exported: ExportRef, reviews: DatasetRef, tmp_path: Path
) -> None:
    other = reviews.model_copy(update={"labels": ("坏", "好")})
    champion = evaluation.measure_champion(exported.fp32, other, tmp_path / "champion")
    evidence = Evidence(candidate=measured, champion=champion, dataset=other)
    (quality,) = (each for each in judge(evidence, gates_section()(), tmp_path, 1).verdicts if each.gate == "quality")
    assert "A new series begins: the labels were negative, positive, now 坏, 好. No label is shared" in quality.reason
    assert compare(measured, champion, other) is None


def test_a_champion_of_an_earlier_series_answers_the_rows_whose_label_both_know(
    measured: Measurements, exported: ExportRef, copied: DatasetRef, tmp_path: Path
) -> None:
    """Every third row gets a label that the champion has never seen; the candidate is imagined to know it."""
    rows = pd.read_parquet(copied.split("test"))
    rows.loc[::3, "label"] = "mixed"
    rows.to_parquet(copied.split("test"))
    digest = digests.of_files((copied.path / "split").iterdir(), below=copied.path / "split")
    grown = copied.model_copy(update={"labels": ("mixed", "negative", "positive"), "digest": digest})
    champion = evaluation.measure_champion(exported.fp32, grown, tmp_path / "champion")
    answers = pd.read_parquet(champion.path / "predictions.parquet")
    assert list(answers["id"]) == list(rows.loc[rows["label"] != "mixed", "id"])
    assert champion.metrics == {}
    candidate = relabelled(measured, rows, digest, tmp_path / "candidate")
    evidence = Evidence(candidate=candidate, champion=champion, dataset=grown)
    (quality,) = (each for each in judge(evidence, gates_section()(), tmp_path, 1).verdicts if each.gate == "quality")
    assert quality.code == "new_series"
    assert f"compared on the {len(answers)} test rows whose label both know (negative, positive)" in quality.reason
    compared = compare(candidate, champion, grown)
    assert compared is not None
    assert compared.rows == len(answers)


def relabelled(measured: Measurements, rows: pd.DataFrame, dataset_digest: str, folder: Path) -> Measurements:
    """The measurements of a candidate that answers rows of the third label right, and the others as before."""
    shutil.copytree(measured.path, folder)
    for name in ("predictions.parquet", "baseline.parquet"):
        answers = pd.read_parquet(folder / name)
        new = rows["label"].to_numpy() == "mixed"
        answers["label"] = rows["label"].to_numpy()
        answers.loc[new, "predicted"] = "mixed"
        answers.to_parquet(folder / name)
    digest = digests.of_files(folder.iterdir(), below=folder)
    return measured.model_copy(update={"path": folder, "digest": digest, "dataset_digest": dataset_digest})


@pytest.mark.parametrize("harm", ["altered", "gone"])
def test_a_harmed_champion_is_refused_whatever_its_labels(
    exported: ExportRef, reviews: DatasetRef, tmp_path: Path, harm: str
) -> None:
    folder = tmp_path / "artifact"
    shutil.copytree(exported.int8.path, folder)
    (folder / "labels.json").write_text("{}", encoding="utf-8") if harm == "altered" else shutil.rmtree(folder)
    harmed = exported.int8.model_copy(update={"path": folder})
    other = reviews.model_copy(update={"labels": ("bad", "good")})
    with pytest.raises(ModelError, match="has digest"):
        evaluation.measure_champion(harmed, other, tmp_path)


def test_the_tasks_metrics_lead(measured: Measurements) -> None:
    assert list(measured.metrics)[:3] == ["accuracy", "macro_f1", "auc"]


def test_data_that_changed_under_the_night_is_not_measured(
    exported: ExportRef, copied: DatasetRef, tmp_path: Path
) -> None:
    rows = pd.read_parquet(copied.split("test"))
    rows.assign(label=rows["label"].to_numpy()[::-1]).to_parquet(copied.split("test"))
    for measure, artifact in ((evaluation.measure_candidate, exported), (evaluation.measure_champion, exported.int8)):
        with pytest.raises(EvidenceMismatch, match="changed under the night"):
            measure(artifact, copied, tmp_path)  # type: ignore[arg-type]  # each gets its own
    assert not (tmp_path / "measurements").exists()


def test_data_that_changes_while_it_is_measured_is_noticed(
    exported: ExportRef, copied: DatasetRef, tmp_path: Path
) -> None:
    def change(share: float, note: str) -> None:
        copied.split("test").write_bytes(copied.split("train").read_bytes())

    with pytest.raises(EvidenceMismatch, match="changed under the night"):
        evaluation.measure_champion(exported.int8, copied, tmp_path, change)
