"""Rates and rankings of groups: what is alike passes, what is behind fails, what is too small is open and named."""

from typing import Any

import numpy as np
import pytest

from daybreak.evaluation import grouping
from daybreak.evaluation import ranking as auc
from daybreak.evaluation.grouping import Answered
from daybreak.gates.decision import Finding
from daybreak.gates.fairness import Params
from daybreak.gates.grouped import gaps, rankings
from daybreak.records import Outcome

NAMES = ("negative", "positive")


def measured(rows: int, weak: str = "", seed: int = 5, shift: float = 0.0, share: float = 0.5) -> Answered:
    """Two groups that are answered alike, but for what `shift` adds to the log odds of `positive` in the group `b`."""
    chance = np.random.default_rng(seed)
    labels, groups = chance.choice(NAMES, rows), chance.choice(["a", "b"], rows, p=[1 - share, share])
    odds = chance.normal(np.where(labels == "positive", 1.5, -1.5)) + shift * (groups == "b")
    logits = np.stack([np.zeros(rows), odds], axis=1).astype(np.float32)
    predicted = [NAMES[int(value > 0)] for value in odds]
    return Answered(labels.tolist(), predicted, logits, NAMES, {"region": groups.tolist()})


def found(rows: Answered, **limits: Any) -> dict[str, Finding]:
    params, groups = Params(**limits), grouping.assess(rows)
    return {
        finding.question: finding
        for finding in [*gaps(groups, params), *rankings(groups, grouping.overall(rows), params)]
    }


def ranking(rows: Answered, **limits: Any) -> Finding:
    (finding,) = rankings(grouping.assess(rows), grouping.overall(rows), Params(**limits))
    return finding


def test_groups_that_are_alike_pass_on_enough_rows() -> None:
    told = found(measured(4000))
    assert {finding.outcome for finding in told.values()} == {Outcome.PASS}
    assert [question for question in told if not question.startswith("AUC")] == [
        "Accuracy gap between groups of region",
        "Recall of negative gap between groups of region",
        "Recall of positive gap between groups of region",
    ]


def test_a_group_that_is_scored_too_low_fails_by_recall_and_by_ranking() -> None:
    rows = measured(4000, shift=-3.0, share=0.3)
    told = found(rows)
    assert told["Recall of positive gap between groups of region"].outcome is Outcome.FAIL
    ranked = ranking(rows)
    assert ranked.outcome is Outcome.FAIL
    assert "“positive” that b (region) loses, of the group above all others" in ranked.question
    assert ranked.measured > 0.1


def test_a_threshold_of_its_own_does_not_hide_it() -> None:
    """Were the group's answers mended by hand, its ranking against all others would still be off."""
    rows = measured(4000, shift=-3.0)
    mended = [
        NAMES[int(odds + 3.0 * (group == "b") > 0)]
        for odds, group in zip(rows.logits[:, 1], rows.groups["region"], strict=True)
    ]
    told = found(Answered(rows.labels, mended, rows.logits, NAMES, rows.groups))
    by_kind = {question.split(" ")[0]: finding.outcome for question, finding in told.items()}
    assert by_kind == {"Accuracy": Outcome.PASS, "Recall": Outcome.PASS, "AUC": Outcome.FAIL}


def test_a_small_group_is_open_and_named() -> None:
    told = found(measured(2000, share=0.02))
    assert {finding.outcome for finding in told.values()} == {Outcome.INCONCLUSIVE}
    accuracy = told["Accuracy gap between groups of region"]
    assert "1 of 2 groups of region have too few rows (b)" in accuracy.sentence
    ranked = next(each for question, each in told.items() if question.startswith("AUC"))
    assert "that b (region) loses" in ranked.question
    assert ranked.rows_needed is not None
    assert "Gather more rows of b under every label" in ranked.sentence


def test_a_limit_of_one_only_tells() -> None:
    told = found(measured(300), max_rate_gap=1, max_auc_loss=1)
    assert list(told) == ["Accuracy gap between groups of region"]


def test_a_group_without_a_label_cannot_be_ranked() -> None:
    rows = measured(4000)
    groups = ["only" if label == "positive" and place % 2 else "rest" for place, label in enumerate(rows.labels)]
    ranked = ranking(Answered(rows.labels, rows.predicted, rows.logits, NAMES, {"region": groups}))
    assert ranked.outcome is Outcome.INCONCLUSIVE
    assert ranked.samples == 0


def test_a_rate_that_one_group_lacks_can_still_fail_between_the_others() -> None:
    group = {"rows": 2000, "right": 1800}
    groups = {
        "a": {**group, "rates": {"Recall of positive": {"rows": 1000, "right": 950}}},
        "b": {**group, "rates": {"Recall of positive": {"rows": 1000, "right": 600}}},
        "c": group,
    }
    told = {finding.question: finding.outcome for finding in gaps({"region": groups}, Params())}
    assert told["Recall of positive gap between groups of region"] is Outcome.FAIL


def quick(rows: Answered) -> Finding:
    """What `ranking` finds, of the AUCs alone."""
    odds = rows.logits[:, 1].astype(float)
    is_label, inside = np.array(rows.labels) == "positive", np.array(rows.groups["region"]) == "b"
    groups = {
        name: {"rows": int(chosen.sum()), "auc": {"positive": auc.by_subgroup(odds, is_label, chosen)}}
        for name, chosen in (("a", ~inside), ("b", inside))
    }
    (finding,) = rankings({"region": groups}, {"auc": {"positive": auc.overall(odds, is_label)}}, Params())
    return finding


@pytest.mark.parametrize(("shift", "most"), [(0.0, 0.05), (-1.45, 1.0)])
def test_rankings_of_simulated_candidates(shift: float, most: float) -> None:
    """Equal groups of 1,000 rows never fail by luck and pass; at the limit (a loss of 0.1) at most 5 % pass."""
    outcomes = [quick(measured(2000, seed=seed, shift=shift)).outcome for seed in range(60)]
    failed, passed = (sum(each is wanted for each in outcomes) / 60 for wanted in (Outcome.FAIL, Outcome.PASS))
    assert failed <= most
    assert passed >= 0.8 if shift == 0 else passed <= 0.05
