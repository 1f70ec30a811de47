"""The fairness gate: swaps, single terms, groups."""

from collections.abc import Callable
from typing import Any

from daybreak.gates.fairness import Params, check
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
    assert verdict.needs_more == 80


def test_another_language_without_groups_is_not_applicable(evidence: Evidence, change: Change) -> None:
    change("fairness", lambda found: found.update(languages={}))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert verdict.code == "no_probes_no_groups"
