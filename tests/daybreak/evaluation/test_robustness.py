"""Accuracy under disturbance, on rows that it changed."""

from pathlib import Path

from daybreak.evaluation import disturbing, robustness
from daybreak.evaluation.subject import Subject


def test_counts_add_up(subject: Subject, tmp_path: Path) -> None:
    found = robustness.measure(subject, tmp_path)
    assert set(found["ways"]) == set(disturbing.ways())
    for way in found["ways"].values():
        assert way["rows"] <= found["rows"] <= robustness.ROWS
        change = round((way["after"] - way["before"]) * way["rows"])
        assert change == way["won"] - way["lost"]
        assert len(way["examples"]) == min(way["lost"], robustness.EXAMPLES)
    assert found == robustness.measure(subject, tmp_path)


def test_the_worst_way_is_the_headline(subject: Subject, tmp_path: Path) -> None:
    found = robustness.measure(subject, tmp_path)
    worst = max(way["before"] - way["after"] for way in found["ways"].values())
    assert robustness.headlines(found) == {"robustness_loss": worst}
    assert found["ways"]["typos"]["lost"] > 0
