"""Which measurements are a language model's, and of which kind they say to be."""

from pathlib import Path

from daybreak import evaluation
from daybreak.records import DatasetRef, ExportRef, Measurements


def test_a_language_model_has_measurements_of_its_own() -> None:
    of_writers, of_classifiers = evaluation.discover("generate"), evaluation.discover()
    assert {"answers", "generations", "golden", "latency", "parity", "size", "licence"} <= set(of_writers)
    assert not {"predictions", "fairness", "baseline", "calibration"} & set(of_writers)
    assert not {"answers", "generations"} & set(of_classifiers)
    assert of_writers["golden"] is not of_classifiers["golden"]


def test_what_was_measured_says_of_which_kind(measured: Measurements) -> None:
    assert measured.recipe == "generate"
    assert {"perplexity", "answers_chrf", "flip_rate", "latency_ms_p95", "tokens_per_second"} <= set(measured.metrics)


def test_of_a_champion_only_answers_are_measured(written: ExportRef, dialogues: DatasetRef, tmp_path: Path) -> None:
    found = evaluation.measure_champion(written.of("onnx-int8"), dialogues, tmp_path)
    names = {path.name for path in found.path.iterdir()}
    assert {"answers.json", "answers.parquet", "golden.json", "learned.json"} <= names
    assert not {"parity.json", "latency.json", "generations.json"} & names
