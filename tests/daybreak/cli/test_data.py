"""`daybreak data` tells what was prepared, and lists versions."""

from typing import Any


def test_data_prepare_tells_rows_leakage_and_both_scores(ask: Any) -> None:
    told = ask("data", "prepare")
    assert told.keys() >= {"data_version", "data_digest", "rows", "quarantined_by_rule", "leakage", "baseline"}
    assert told["leakage"].keys() >= {"pairs", "max_similarity"}
    assert told["baseline"].keys() >= {"naive_accuracy", "honest_accuracy"}


def test_data_versions_are_listed_oldest_first(ask: Any) -> None:
    (version,) = ask("data", "versions")["versions"]
    assert version.keys() >= {"version", "digest", "at", "rows"}
    assert version["version"] == 1
