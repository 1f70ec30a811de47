"""Tonight's new training texts are like those that the champion learned; where they are not, it should be retrained."""

from typing import Literal

from pydantic import Field

from daybreak.errors import DataError
from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, not_applicable
from daybreak.gates.statistics import Bounds, alarm_level
from daybreak.records import Evidence, Outcome, Verdict

NIGHTS = 90
"""As many share one error as the measurement's permutations can tell apart."""


class Params(GateParams):
    """One night in so many raises a false alarm in at most 5 % of histories of an unchanged process.

    It warns: other texts are news for people, and no fault of a model that has learned them.
    """

    mode: Literal["block", "warn", "off"] = "warn"
    nights: int = Field(default=NIGHTS, ge=1, le=NIGHTS, description="nights that share one false alarm in twenty")


def check(evidence: Evidence, params: Params) -> Verdict:
    """FAIL where chance makes such a difference in fewer nights than may raise an alarm.

    Does not apply without a champion, where it is not known what that learned, or with fewer new texts than can be
    compared; DataError if tonight's training rows were not looked at.
    """
    if not read(evidence.candidate, "learned")["known"]:
        raise DataError("it is not known what the candidate was trained on", "its training rows", "Measure it again")
    if evidence.champion is None:
        return not_applicable("drift", "no_champion", "There is no champion yet whose training texts are known.")
    found = read(evidence.champion, "drift")
    if not found["known"]:
        return not_applicable("drift", "not_known", "It is not known which texts the champion was trained on.")
    if found["p_value"] is None:
        reason = f"Of tonight's training texts {found['added']:,} are new to the champion: too few to compare."
        return not_applicable("drift", "same_data", reason)
    finding = _alike(found["p_value"], found["added"], found["effect"], params)
    return conclude("drift", [finding], details={"effect": found["effect"], "examples": found["typical"]})


def _alike(p_value: float, added: int, effect: float, params: Params) -> Finding:
    level = alarm_level(params.nights)
    return Finding(
        question="Chance of such a difference between new training texts and the champion's, were nothing changed",
        measured=p_value,
        limit=level,
        bounds=Bounds(p_value, p_value),
        samples=added,
        unit="new texts",
        direction="at least",
        decided=Outcome.FAIL if p_value <= level * (1 + 1e-9) else Outcome.PASS,
        because=f"a new one is told from an old one in {effect:.0%} of pairs",
        asked=f"more than {_share(level)} is asked, an alarm in at most one of twenty times {params.nights} nights",
        show=_share,
        remedy="Read the examples: if the world has changed, retrain whatever still rests on the champion's data",
    )


def _share(value: float) -> str:
    return f"{100 * value:.3g} %"
