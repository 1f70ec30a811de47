"""The classifier's numbers against scikit-learn's and torch's."""

import numpy as np
import pytest
import torch

from daybreak.errors import DataError
from daybreak.recipes import classify

LABELS = ("negative", "neutral", "positive")


def test_metrics_agree_with_scikit_learn() -> None:
    from sklearn.metrics import accuracy_score, f1_score

    draw = np.random.default_rng(5)
    for size in (1, 2, 7, 300):
        logits = draw.normal(size=(size, 3)).astype(np.float32)
        targets = draw.integers(0, 3, size)
        measured = classify.metrics(logits, targets)
        assert measured["accuracy"] == pytest.approx(accuracy_score(targets, logits.argmax(1)))
        assert measured["macro_f1"] == pytest.approx(f1_score(targets, logits.argmax(1), average="macro"))


def test_targets_follow_the_order_of_labels() -> None:
    assert classify.targets(["positive", "negative"], LABELS).tolist() == [2, 0]


def test_an_unknown_label_says_what_is_known() -> None:
    with pytest.raises(DataError, match="label '中立'; expected one of negative, neutral, positive"):
        classify.targets(["positive", "中立"], LABELS)


def test_smoothing_costs_certainty() -> None:
    sure, target = torch.tensor([[20.0, -20.0]]), torch.tensor([0])
    assert classify.loss(sure, target, 0.0) < 1e-6
    assert float(classify.loss(sure, target, 0.1)) == pytest.approx(0.05 * 40, rel=1e-3)


def test_signature_has_two_inputs_and_a_column_a_label() -> None:
    signature = classify.signature(LABELS)
    assert [port.name for port in signature.inputs] == ["input_ids", "attention_mask"]
    assert all(port.dynamic_axes == {0: "batch", 1: "length"} for port in signature.inputs)
    assert signature.outputs[0].shape == ("batch", 3)
