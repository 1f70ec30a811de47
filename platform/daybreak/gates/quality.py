"""Good enough in itself and for critical labels, no worse than champion, anchor and baseline on the same rows."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from daybreak.gates import anchor, answering
from daybreak.gates.base import GateParams
from daybreak.gates.comparing import (
    TEST,
    Judged,
    Pair,
    asked,
    broken,
    judged_by,
    left_out,
    other_rows,
    pair,
    read_answers,
    reference,
    release_set,
    without,
)
from daybreak.gates.decision import Finding, conclude, percent, points
from daybreak.gates.planning import DISCORDANT, Question, Rows
from daybreak.gates.statistics import (
    clopper_pearson,
    confidence_at,
    paired_difference,
    rows_to_settle_difference,
    rows_to_settle_share,
)
from daybreak.records import AnchorChange, Evidence, Measurements, Verdict

CLEARANCE = 0.05
TRIED = 100_000


class Params(GateParams):
    """Why these limits: docs/gates.md has the power of the paired test at the sample's size.

    A margin is the loss one is ready to overlook altogether, since the best champion that a person accepted; the
    smaller it is, the more often a model that is as good is held back for want of rows. The floor only keeps out what
    nobody would want to serve.
    `critical` names the labels that must not be missed, such as {urgent: 0.9}.
    """

    margin: float = Field(
        default=anchor.MARGIN,
        gt=0,
        lt=1,
        description="share of rows that judge: accuracy that may be lost against the anchor or the baseline",
    )
    min_accuracy: float = Field(
        default=0.7, ge=0, lt=1, description="share of test rows answered correctly, at the least"
    )
    critical: dict[str, Annotated[float, Field(gt=0, lt=1)]] = Field(
        default={}, description="by label: share of its test rows that are recognised, at the least"
    )
    max_perplexity_rise: float = Field(
        default=0.02, gt=0, description="share: rise of a language model's perplexity against anchor or untuned base"
    )
    min_likeness: float = Field(
        default=0.0, ge=0, lt=1, description="chrF in 0..1: likeness of generated answers to references; 0: not asked"
    )


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS only if accuracy and critical labels clear their floors, the paired differences from anchor and baseline
    clear minus the margin, each at its bound, and nothing is lost to the champion beyond what chance explains.

    Floors, champion and anchor are asked on the frozen release set where there is one, the baseline on the test split;
    rows that a model has learned do not judge it.
    """
    if evidence.candidate.recipe == "generate":
        return answering.judge(evidence, params)
    judged = judged_by(evidence)
    ours = without(judged.answers(evidence.candidate), judged.learned(evidence.candidate))
    compared = _compared(evidence, judged, params)
    findings = [
        _floor(ours, judged, params),
        *_critical(ours, judged, params),
        *compared.findings,
        _against_baseline(evidence, params),
    ]
    told = {**evidence.standing.told, "change": compared.anchor, "release_set": release_set(evidence.candidate)}
    details = {**compared.details, "anchor": told}
    notes = [*compared.notes, *other_rows(evidence), *left_out(evidence, judged)]
    verdict = conclude("quality", findings, notes, details)
    return verdict.model_copy(update={"code": "new_series"}) if "series" in details else verdict


def plan(rows: Rows, params: Params) -> Iterator[Question]:
    """Floors, for a candidate that clears them by five points, and the comparison with a champion that is as good."""
    better = min(0.999, params.min_accuracy + CLEARANCE)
    needed = rows_to_settle_share(better, params.min_accuracy)
    yield Question(f"accuracy of at least {percent(params.min_accuracy)}", percent(better), rows.judging, needed)
    lost = round(DISCORDANT / 2 * TRIED)
    needed = rows_to_settle_difference(lost, lost, TRIED, -params.margin, confidence_at(1))
    equal = f"equal, {percent(DISCORDANT)} of the rows answered differently"
    yield Question(f"at most {percent(params.margin)} lost against champion and anchor", equal, rows.judging, needed)
    for label, floor in params.critical.items():
        better = min(0.999, floor + CLEARANCE)
        needed = rows_to_settle_share(better, floor)
        question = f"at least {percent(floor)} of “{label}” recognised"
        yield Question(question, percent(better), rows.labels.get(label, 0), needed)


def _critical(ours: Any, judged: Judged, params: Params) -> Iterator[Finding]:
    for label, floor in params.critical.items():
        labelled = ours[ours["label"] == label]
        right, rows = int(labelled["right"].sum()), len(labelled)
        share = right / rows if rows else 0.0
        yield Finding(
            question=f"Rows of the critical label “{label}” that are recognised",
            measured=share,
            limit=floor,
            bounds=clopper_pearson(right, rows),
            samples=rows,
            unit=f"{judged.unit} with it",
            direction="at least",
            rows_needed=rows_to_settle_share(share, floor) if rows else None,
            remedy=f"Gather rows labelled “{label}” to learn from and to judge by, or lower gates.quality.critical",
        )


def _floor(ours: Any, judged: Judged, params: Params) -> Finding:
    right, rows = int(ours["right"].sum()), len(ours)
    return Finding(
        question="Accuracy",
        measured=right / max(1, rows),
        limit=params.min_accuracy,
        bounds=clopper_pearson(right, rows),
        samples=rows,
        unit=judged.unit,
        direction="at least",
        rows_needed=rows_to_settle_share(right / rows, params.min_accuracy) if rows else None,
        remedy="Train longer, on more or cleaner rows, or lower gates.quality.min_accuracy",
    )


def _against_baseline(evidence: Evidence, params: Params) -> Finding:
    """Non-inferiority to the baseline, on test rows: it was fitted on the same rows as the candidate."""
    ours, theirs = TEST.answers(evidence.candidate), read_answers(evidence.candidate.path / "baseline.parquet")
    won, lost, rows = pair(ours, theirs, "TF-IDF baseline", TEST.learned(evidence.candidate))
    return Finding(
        question="Accuracy against the TF-IDF baseline",
        measured=(won - lost) / max(1, rows),
        limit=-params.margin,
        bounds=paired_difference(won, lost, rows),
        samples=rows,
        unit=TEST.unit,
        direction="at least",
        rows_needed=rows_to_settle_difference(won, lost, rows, -params.margin),
        show=points,
        remedy=f"It fixes {won} answers and breaks {lost}: look at the broken ones, then at data and training",
    )


class Compared(NamedTuple):
    """What comparing with champion and anchor found, and what a release would make of the anchor."""

    findings: list[Finding]
    notes: list[str]
    details: dict[str, Any]
    anchor: AnchorChange = "kept"


def _compared(evidence: Evidence, judged: Judged, params: Params) -> Compared:
    """The champion, and the anchor where that is another model: where it is not, one question is enough."""
    if evidence.champion is None:
        return Compared([], ["There is no champion yet to compare with."], {}, "reset")
    if evidence.champion.recipe != evidence.candidate.recipe:
        note = f"The champion is of recipe {evidence.champion.recipe}: there is nothing to compare."
        return Compared([], [note], {}, "reset")
    found = reference(evidence.champion, evidence, judged, "champion")
    ours = asked(judged.answers(evidence.candidate), found)
    findings: list[Finding] = []
    notes, details = [found.note] if found.note else [], dict[str, Any]()
    if found.series:
        details["series"] = found.series
    change: AnchorChange = "reset" if found.series else "kept"
    alone = evidence.anchor is None and evidence.standing.anchor_version is None
    if found.answers is not None:
        met = pair(ours, found.answers, "champion", _learned(evidence, evidence.champion, judged))
        details["examples"] = broken(ours, found.answers, judged.texts(evidence))
        if alone:
            findings.append(_against_anchor(met, evidence, judged, params, "champion"))
            change = change if found.series else anchor.change(met, evidence.standing.comparison)
        else:
            findings.append(anchor.against_champion(met, unit=judged.unit))
    if alone:
        return Compared(findings, notes, details, change)
    more = _anchored(evidence, judged, params)
    return Compared([*findings, *more.findings], [*notes, *more.notes], details, more.anchor)


def _anchored(evidence: Evidence, judged: Judged, params: Params) -> Compared:
    version = evidence.standing.anchor_version
    if evidence.anchor is None:
        return Compared([anchor.missing(version or 0, params.margin)], [], {})
    if evidence.anchor.recipe != evidence.candidate.recipe:
        note = f"The anchor, version {version}, is of another recipe: what is released next is one."
        return Compared([], [note], {}, "reset")
    found = reference(evidence.anchor, evidence, judged, "anchor")
    if found.series:
        return Compared(
            [], [f"The anchor, version {version}, has other labels: what is released next is one."], {}, "reset"
        )
    if found.answers is None:
        return Compared([], [found.note], {})
    ours = judged.answers(evidence.candidate)
    met = pair(ours, found.answers, "anchor", _learned(evidence, evidence.anchor, judged))
    finding = _against_anchor(met, evidence, judged, params, f"anchor, version {version}")
    return Compared([finding], [], {}, anchor.change(met, evidence.standing.comparison))


def _against_anchor(met: Pair, evidence: Evidence, judged: Judged, params: Params, name: str) -> Finding:
    attempt = evidence.standing.attempt
    return anchor.against_anchor(met, margin=params.margin, attempt=attempt, unit=judged.unit, name=name)


def _learned(evidence: Evidence, other: Measurements, judged: Judged) -> list[str]:
    """Rows that either side was trained on."""
    return [*judged.learned(evidence.candidate), *judged.learned(other)]
