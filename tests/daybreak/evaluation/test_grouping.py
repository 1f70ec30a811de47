"""Counts by group add up, and are what fairlearn's own rates are made of."""

import json
from typing import Any

import numpy as np
import pytest

from daybreak.evaluation import grouping
from daybreak.evaluation.grouping import Answered


def answered(names: tuple[str, ...] = ("negative", "positive"), rows: int = 300) -> Answered:
    """Answers that are mostly right, three groups of different size."""
    chance = np.random.default_rng(5)
    labels = chance.choice(names, rows)
    logits = chance.normal(size=(rows, len(names))) + 2.0 * (labels[:, None] == np.array(names))
    groups = chance.choice(["north", "south", "(missing)"], rows, p=[0.6, 0.3, 0.1])
    predicted = [names[place] for place in logits.argmax(axis=1)]
    return Answered(labels.tolist(), predicted, logits.astype(np.float32), names, {"region": groups.tolist()})


def mask(rows: Answered, group: str) -> Any:
    return np.array(rows.groups["region"]) == group


@pytest.mark.parametrize("names", [("negative", "positive"), ("a", "b", "c")])
def test_rates_are_those_of_fairlearn(names: tuple[str, ...]) -> None:
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate

    rows = answered(names)
    found = grouping.assess(rows)["region"]
    assert found.keys() == {"north", "south", "(missing)"}
    metrics = {"selected": selection_rate, "hit": true_positive_rate, "alarm": false_positive_rate}
    for name in names:
        truth, given = (np.array(each) == name for each in (rows.labels, rows.predicted))
        frame = MetricFrame(metrics=metrics, y_true=truth, y_pred=given, sensitive_features=rows.groups["region"])
        for group, each in frame.by_group.iterrows():
            assert found[group][f"share_{name}"] == pytest.approx(each["selected"])
            assert found[group]["rates"][f"Recall of {name}"]["rate"] == pytest.approx(each["hit"])
            if len(names) > 2:
                assert found[group]["rates"][f"False alarms of {name}"]["rate"] == pytest.approx(each["alarm"])


def test_counts_add_up_to_all_rows() -> None:
    rows = answered()
    found, whole = grouping.assess(rows)["region"], grouping.overall(rows)
    assert sum(each["rows"] for each in found.values()) == whole["rows"] == 300
    assert sum(each["right"] for each in found.values()) == whole["right"]
    for rate, told in whole["rates"].items():
        assert sum(each["rates"][rate]["rows"] for each in found.values()) == told["rows"]
    low, high = found["south"]["interval"]
    assert low < found["south"]["accuracy"] < high
    json.dumps([found, whole], allow_nan=False)


def test_of_two_labels_one_says_it_all() -> None:
    rows = answered()
    south = grouping.assess(rows)["region"]["south"]
    assert south["rates"].keys() == {"Recall of negative", "Recall of positive"}
    assert south["auc"].keys() == {"positive"}
    assert grouping.assess(answered(("a", "b", "c")))["region"]["south"]["auc"].keys() == {"a", "b", "c"}


def test_a_group_without_a_label_has_no_rate_of_it() -> None:
    rows = answered()
    groups = ["only" if label == "positive" else "rest" for label in rows.labels]
    found = grouping.assess(Answered(rows.labels, rows.predicted, rows.logits, rows.names, {"by": groups}))["by"]
    assert found["only"]["rates"]["Recall of negative"] == {
        "rows": 0,
        "right": 0,
        "rate": None,
        "interval": [0.0, 1.0],
    }
    assert found["only"]["auc"]["positive"]["subgroup"]["auc"] is None
    assert mask(rows, "north").sum() > 100
