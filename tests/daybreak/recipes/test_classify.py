"""The classifier's numbers against scikit-learn's and torch's, with one label a row and with several."""

import json

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
        measured = classify.metrics(np.column_stack([logits, targets]), LABELS)
        assert measured["accuracy"] == pytest.approx(accuracy_score(targets, logits.argmax(1)))
        assert measured["macro_f1"] == pytest.approx(f1_score(targets, logits.argmax(1), average="macro"))


def test_metrics_of_several_labels_agree_with_scikit_learn() -> None:
    from sklearn.metrics import accuracy_score, f1_score

    draw = np.random.default_rng(5)
    logits = draw.normal(size=(300, 3)).astype(np.float32)
    targets = draw.integers(0, 2, (300, 3))
    measured = classify.metrics(np.column_stack([logits, targets]), LABELS)
    assert measured["accuracy"] == pytest.approx(accuracy_score(targets, logits > 0))
    assert measured["macro_f1"] == pytest.approx(f1_score(targets, logits > 0, average="macro"))


def test_targets_follow_the_order_of_labels() -> None:
    assert classify.targets(["positive", "negative"], LABELS) == [[2], [0]]
    assert classify.targets(['["negative", "positive"]', "[]"], LABELS) == [[1, 0, 1], [0, 0, 0]]


@pytest.mark.parametrize("values", [["positive", "中立"], [json.dumps(["positive", "中立"], ensure_ascii=False)]])
def test_an_unknown_label_says_what_is_known(values: list[str]) -> None:
    with pytest.raises(DataError, match="label '中立'; expected one of negative, neutral, positive"):
        classify.targets(values, LABELS)


def test_a_single_label_beside_lists_is_a_list_of_one() -> None:
    assert classify.targets(["positive", '["negative", "neutral"]'], LABELS) == [[0, 0, 1], [1, 1, 0]]


def test_a_label_may_look_like_a_list() -> None:
    assert classify.targets(["[1]", "[2"], ("[1]", "[2")) == [[0], [1]]


def test_smoothing_costs_certainty() -> None:
    sure, target = torch.tensor([[20.0, -20.0]]), torch.tensor([[0]])
    assert classify.loss(sure, target) < 1e-6
    assert float(classify.loss(sure, target, 0.1)) == pytest.approx(0.05 * 40, rel=1e-3)
    both = torch.tensor([[1, 0]])
    assert float(classify.loss(sure, both)) < 1e-6
    assert float(classify.loss(sure, both, 0.1)) == pytest.approx(0.05 * 20, rel=1e-3)


def test_class_weights_weigh_the_loss_and_its_divisor() -> None:
    weights, targets = torch.tensor([1.0, 3.0]), torch.tensor([[0], [1], [1]])
    answers = torch.randn(3, 2)
    mean = torch.nn.functional.cross_entropy(answers, targets[:, 0], weight=weights)
    found = classify.loss(answers, targets, 0.0, weights) / classify.weight(targets, weights)
    assert float(found) == pytest.approx(float(mean))
    assert classify.weight(targets) == 3


def test_signature_has_two_inputs_and_a_column_a_label() -> None:
    signature = classify.signature(LABELS)
    assert [port.name for port in signature.inputs] == ["input_ids", "attention_mask"]
    assert all(port.dynamic_axes == {0: "batch", 1: "length"} for port in signature.inputs)
    assert signature.outputs[0].shape == ("batch", 3)
