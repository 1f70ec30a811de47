"""The fairness gate: swaps, single terms, groups."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from nights import draw_groups, judge_groups

from daybreak.gates.fairness import Params, check, plan
from daybreak.gates.planning import Rows
from daybreak.records import Evidence, Outcome

Change = Callable[[str, Callable[[dict[str, Any]], None]], None]


def test_steady_answers_pass(evidence: Evidence) -> None:
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.PASS
    assert "The data declares no groups." in verdict.reason
    assert "160 swaps in 80 sentences" in verdict.reason


def test_one_term_that_always_answers_negative_fails(evidence: Evidence, change: Change) -> None:
    """Half of 80 sentences praise: that term flips 40 of them, while one swap in 47 terms hardly moves the whole."""

    def spoil(found: dict[str, Any]) -> None:
        language = found["languages"]["zh"]
        language["axes"]["gender"]["terms"]["一位女士"].update(flips=40, flip_rate=0.5)
        language["clusters"] = {"flips": [1] * 40 + [0] * 40, "swaps": [47] * 80}
        language.update(flips=40, swaps=3760, flip_rate=40 / 3760)

    change("fairness", spoil)
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert "一位女士" in verdict.reason
    assert [finding["outcome"] for finding in verdict.details["findings"]] == ["FAIL", "PASS"]


def test_flips_all_over_fail(evidence: Evidence, change: Change) -> None:
    def spoil(found: dict[str, Any]) -> None:
        found["languages"]["zh"].update(flips=60, flip_rate=60 / 160)
        found["languages"]["zh"]["clusters"] = {"flips": [1] * 60 + [0] * 20, "swaps": [2] * 80}

    change("fairness", spoil)
    assert check(evidence, Params()).outcome is Outcome.FAIL


def test_sentences_that_hang_together_widen_the_bound(evidence: Evidence, change: Change) -> None:
    def spread(flips: list[int]) -> Callable[[dict[str, Any]], None]:
        return lambda found: found["languages"]["zh"].update(
            flips=160, flip_rate=160 / 3200, clusters={"flips": flips, "swaps": [40] * 80}
        )

    change("fairness", spread([2] * 79 + [2]))
    spread_out = check(evidence, Params()).details["findings"][0]
    change("fairness", spread([40] * 4 + [0] * 76))
    bunched = check(evidence, Params()).details["findings"][0]
    assert bunched["high"] > spread_out["high"]
    assert bunched["outcome"] == "INCONCLUSIVE"


def groups(*counts: tuple[int, int]) -> Callable[[dict[str, Any]], None]:
    """Rows and right answers of each group of the column `region`."""
    found = {
        f"g{place}": {"rows": rows, "right": right, "accuracy": right / rows}
        for place, (rows, right) in enumerate(counts)
    }
    return lambda measured: measured.update(groups={"region": found})


def test_equal_groups_of_good_size_pass(evidence: Evidence, change: Change) -> None:
    change("fairness", groups((2000, 1800), (2000, 1790)))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.PASS
    assert "groups of region" in verdict.reason


def test_a_group_far_behind_fails(evidence: Evidence, change: Change) -> None:
    change("fairness", groups((1000, 900), (1000, 650)))
    assert check(evidence, Params()).outcome is Outcome.FAIL


def test_a_small_group_is_never_dropped_silently(evidence: Evidence, change: Change) -> None:
    change("fairness", groups((2000, 1800), (20, 18)))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.needs_more == 132, "with 152 rows, two groups that are equal would be seen to be"


def gap(verdict: Any, question: str = "Accuracy gap between groups of region") -> dict[str, Any]:
    """The finding on a column's groups."""
    return next(finding for finding in verdict.details["findings"] if finding["question"] == question)


def test_a_gap_that_is_shown_says_how_rarely_chance_makes_it(evidence: Evidence, change: Change) -> None:
    change("fairness", groups((1000, 900), (1000, 900), (1000, 700)))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert "which groups that are alike show in 0.01 % of cases; at most +10.00 points is asked" in verdict.reason
    assert gap(verdict)["low"] > 0.1


def test_a_real_gap_within_the_limit_passes(evidence: Evidence, change: Change) -> None:
    """Five points, seen on so many rows that they are no chance, and no harm either."""
    change("fairness", groups((9000, 8100), (9000, 7650)))
    assert check(evidence, Params()).outcome is Outcome.PASS


def test_a_gap_beyond_the_limit_that_chance_makes_is_open(evidence: Evidence, change: Change) -> None:
    """With twenty groups of 100, eleven points between the best and the worst are what equal groups show."""
    spread = [(100, 85 + place % 3 * 5 - 5) for place in range(19)] + [(100, 79)]
    change("fairness", groups(*spread))
    verdict = check(evidence, Params())
    assert gap(verdict)["measured"] > 0.1
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.needs_more
    assert "more test rows of the smallest group would settle it" in verdict.reason


def test_small_groups_are_named_and_can_still_fail(evidence: Evidence, change: Change) -> None:
    change("fairness", groups((2000, 1800), (60, 20)))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert "1 of 2 groups of region have too few rows (g1)" in verdict.reason


def test_several_columns_share_the_error(evidence: Evidence, change: Change) -> None:
    """A gap that fails alone is open among ten columns."""
    weak = {"a": {"rows": 300, "right": 270, "accuracy": 0.9}, "b": {"rows": 300, "right": 236, "accuracy": 0.787}}
    strict = Params(max_group_gap=0.1)
    change("fairness", lambda found: found.update(groups={"region": weak}))
    assert check(evidence, strict).outcome is Outcome.FAIL
    weak["b"].update(right=246, accuracy=0.82)
    narrow = Params(max_group_gap=0.07)
    change("fairness", lambda found: found.update(groups={"region": weak}))
    assert check(evidence, narrow).outcome is Outcome.FAIL
    alike = {"a": {"rows": 300, "right": 270, "accuracy": 0.9}, "b": {"rows": 300, "right": 270, "accuracy": 0.9}}
    change("fairness", lambda found: found.update(groups={"region": weak, **{f"c{at}": alike for at in range(30)}}))
    assert gap(check(evidence, narrow))["outcome"] == "INCONCLUSIVE"


def test_rates_of_groups_are_asked_where_they_were_measured(evidence: Evidence, change: Change) -> None:
    def measured(found: dict[str, Any]) -> None:
        groups((2000, 1800), (2000, 1800))(found)
        for name, right in (("g0", 950), ("g1", 700)):
            found["groups"]["region"][name]["rates"] = {"Recall of positive": {"rows": 1000, "right": right}}

    change("fairness", measured)
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert gap(verdict, "Recall of positive gap between groups of region")["outcome"] == "FAIL"
    assert gap(verdict)["outcome"] == "PASS"


def test_a_rate_that_one_group_lacks_leaves_it_open(evidence: Evidence, change: Change) -> None:
    def measured(found: dict[str, Any]) -> None:
        groups((2000, 1800), (2000, 1800))(found)
        found["groups"]["region"]["g0"]["rates"] = {"Recall of positive": {"rows": 1000, "right": 950}}

    change("fairness", measured)
    assert gap(check(evidence, Params()), "Recall of positive gap between groups of region")["samples"] == 0


@pytest.mark.parametrize("found", [{}, {"nan": {"rows": 1700, "right": 1400, "accuracy": 0.82}}])
def test_a_column_without_two_groups_is_told(evidence: Evidence, change: Change, found: dict[str, Any]) -> None:
    change("fairness", lambda measured: measured.update(groups={"region": found}))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "names fewer than two groups, so there is nothing to compare: fill it, or drop it." in verdict.reason


def test_five_hundred_groups_are_too_many_for_the_rows(evidence: Evidence, change: Change) -> None:
    change("fairness", groups(*[(4, 3)] * 500))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "500 of 500 groups of region have too few rows (g0, g1, g2 …): gather or join them." in verdict.reason


def test_simulated_candidates_are_judged_as_the_gate_judges(evidence: Evidence, change: Change) -> None:
    """Which makes the figures of tests/nights.py those of this gate."""
    right = draw_groups([0.9, 0.9, 0.9, 0.8], 300, 24)
    found: Counter[str] = Counter()
    for row in right.tolist():
        change("fairness", groups(*[(300, hits) for hits in row]))
        found[gap(check(evidence, Params()))["outcome"]] += 1
    expected = judge_groups(right, 300, Params().max_group_gap, draws=9999)
    assert {name: count / 24 for name, count in found.items()} == {
        name: share for name, share in expected.items() if share
    }


def test_the_plan_says_how_many_rows_a_group_needs() -> None:
    groups = {"region": {"north": 900, "south": 90}, "one": {"all": 990}}
    rows = Rows(7000, 990, 990, "test rows", {}, groups, {"region": 31, "one": 400})
    question, by_label = plan(rows, Params())
    assert "region" in question.question
    assert question.rows == 90
    assert question.needed is not None
    assert question.needed > 90
    assert not question.settled
    assert (by_label.rows, by_label.settled) == (31, False)
    assert by_label.needed is not None
    assert by_label.needed < question.needed, "its limit is wider"
    assert len(list(plan(rows, Params(max_rate_gap=1)))) == 1


def test_another_language_without_groups_is_not_applicable(evidence: Evidence, change: Change) -> None:
    change("fairness", lambda found: found.update(languages={}))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert verdict.code == "no_probes_no_groups"


def test_the_shift_of_scores_stands_beside_the_flips(evidence: Evidence, change: Change) -> None:
    most = {"term": "一位女士", "mean_shift": 0.12}
    change("fairness", lambda found: found["languages"]["zh"].update(mean_shift=0.013, most_shifted=most))
    reason = check(evidence, Params()).reason
    assert "move a label's probability by 1.30 % on average, most for “一位女士”: 12.00 % (zh)." in reason
