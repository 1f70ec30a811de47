"""What the gate `quality` asks of a language model: no more perplexed than champion, anchor and its untuned base."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from daybreak.errors import DataError
from daybreak.gates.base import read
from daybreak.gates.decision import Finding, conclude, percent
from daybreak.gates.statistics import Bounds, confidence_at, resampled_bounds
from daybreak.records import AnchorChange, Evidence, Measurements, Outcome, Verdict

TABLE, BASE = "answers.parquet", "base.parquet"
EXAMPLES = 3
UNIT = "test rows"
NOT_ALIKE = "No test row is new to both and cut alike by both: bring others, or keep training.max_length as it was"


class Limits(Protocol):
    """Those of the gate's Params that are about language models."""

    @property
    def max_perplexity_rise(self) -> float:
        """Share."""
        ...

    @property
    def min_likeness(self) -> float:
        """chrF in 0..1."""
        ...


class Compared(NamedTuple):
    """What comparing found, sentences that go with it, and what a release would make of the anchor."""

    findings: list[Finding]
    notes: list[str]
    anchor: AnchorChange = "kept"


def judge(evidence: Evidence, limits: Limits) -> Verdict:
    """PASS only if the candidate is not more perplexed, at the bound, than anchor and base, nor shown to be than the
    champion, all on the same test rows; and if its answers are as like the references as is asked.
    """
    ours = _read(evidence.candidate.path / TABLE)
    compared = _compared(evidence, ours, limits)
    findings = [_against_base(evidence, ours, limits), *compared.findings]
    if limits.min_likeness > 0:
        findings.append(_likeness(ours, limits))
    told = {**evidence.standing.told, "change": compared.anchor, "release_set": ""}
    answered = ours[ours["answer"].notna()].head(EXAMPLES)
    shown = [
        {"text": str(row.asked), "label": str(row.reference), "predicted": str(row.answer)}
        for row in answered.itertuples()
    ]
    likeness = float(ours["chrf"].mean()) if len(answered) else None
    note = [] if likeness is None else [f"Answers are {percent(likeness)} like their references (chrF)."]
    return conclude("quality", findings, [*compared.notes, *note], {"anchor": told, "examples": shown})


def _compared(evidence: Evidence, ours: Any, limits: Limits) -> Compared:
    champion, standing = evidence.champion, evidence.standing
    if champion is None:
        return Compared([], ["There is no champion yet to compare with."], "reset")
    if champion.recipe != evidence.candidate.recipe:
        return Compared([], ["The champion is a model of another kind, so there is nothing to compare."], "reset")
    alone = evidence.anchor is None and standing.anchor_version is None
    if alone:
        return _anchored(evidence, champion, ours, limits, "champion")
    findings = [] if _is(champion, evidence) else [_no_loss(ours, _other(evidence, champion, "champion"))]
    if evidence.anchor is None:
        return Compared([*findings, _missing(standing.anchor_version or 0, limits)], [])
    if evidence.anchor.recipe != evidence.candidate.recipe:
        return Compared(findings, ["The anchor is a model of another kind."], "reset")
    more = _anchored(evidence, evidence.anchor, ours, limits, f"anchor, version {standing.anchor_version}")
    return Compared([*findings, *more.findings], more.notes, more.anchor)


def _anchored(evidence: Evidence, side: Measurements, ours: Any, limits: Limits, name: str) -> Compared:
    if _is(side, evidence):
        return Compared([], [f"The candidate is the {name}, file for file."])
    theirs = _other(evidence, side, name)
    attempt = evidence.standing.attempt
    finding = _rise(ours, theirs, name, limits.max_perplexity_rise, confidence_at(attempt))
    better = _bounds(_parts(ours, theirs), confidence_at(evidence.standing.comparison)).high < 0
    return Compared([finding], [], "raised" if better else "kept")


def _against_base(evidence: Evidence, ours: Any, limits: Limits) -> Finding:
    theirs = _without(_read(evidence.candidate.path / BASE), read(evidence.candidate, "learned")["test"])
    return _rise(ours, theirs, "untuned base", limits.max_perplexity_rise)


def _other(evidence: Evidence, side: Measurements, name: str) -> Any:
    """What the other model expected of the rows that neither has learned; DataError if it was asked for others."""
    if side.dataset_digest != evidence.candidate.dataset_digest:
        raise DataError(f"the {name} was measured on another data version", "the candidate's", "Measure it again")
    taught = [each for one in (evidence.candidate, side) for each in read(one, "learned")["test"]]
    return _without(_read(side.path / TABLE), taught)


def _rise(ours: Any, theirs: Any, name: str, limit: float, confidence: float | None = None) -> Finding:
    """Relative rise of perplexity, from the mean difference in nats a token of the same rows."""
    parts = _parts(ours, theirs)
    low, high = _bounds(parts, confidence)
    point = float(parts[:, 0].sum() / max(1.0, parts[:, 1].sum()))
    room = math.log1p(limit) - point
    needed = math.ceil(len(parts) * ((high - point) / room) ** 2) if room > 0 and math.isfinite(high) else None
    return Finding(
        question=f"Perplexity against the {name}",
        measured=math.expm1(point),
        limit=limit,
        bounds=Bounds(_risen(low), _risen(high)),
        samples=len(parts),
        unit=UNIT,
        rows_needed=needed,
        show=_signed,
        remedy="Look at the answers, then at data and training, or gather more test rows" if len(parts) else NOT_ALIKE,
    )


def _no_loss(ours: Any, theirs: Any) -> Finding:
    """Is the candidate shown to be more perplexed than a champion that is not the anchor?"""
    parts = _parts(ours, theirs)
    low, high = _bounds(parts)
    point = float(parts[:, 0].sum() / max(1.0, parts[:, 1].sum()))
    return Finding(
        question="Perplexity against the champion",
        measured=math.expm1(point),
        limit=0.0,
        bounds=Bounds(_risen(low), _risen(high)),
        samples=len(parts),
        unit=UNIT,
        show=_signed,
        decided=Outcome.INCONCLUSIVE if not len(parts) else Outcome.FAIL if low > 0 else Outcome.PASS,
        because=f"at best {_signed(_risen(low))}",
        remedy="Look at the answers, then at data and training" if len(parts) else NOT_ALIKE,
    )


def _missing(version: int, limits: Limits) -> Finding:
    return Finding(
        question=f"Perplexity against the anchor, version {version}, whose files are gone",
        measured=0.0,
        limit=limits.max_perplexity_rise,
        bounds=Bounds(-1.0, float("inf")),
        samples=0,
        unit=UNIT,
        show=_signed,
        remedy="Bring its files back from a backup, or let a person accept today's level",
    )


def _likeness(ours: Any, limits: Limits) -> Finding:
    import numpy as np

    found = ours["chrf"].dropna().to_numpy(dtype=float)
    parts = np.stack([found, np.ones(len(found))], axis=1)
    return Finding(
        question="Likeness of answers to their references (chrF)",
        measured=float(found.mean()) if len(found) else 0.0,
        limit=limits.min_likeness,
        bounds=resampled_bounds(parts, lambda sums: sums[..., 0] / np.maximum(sums[..., 1], 1)),
        samples=len(found),
        unit="answered test rows",
        direction="at least",
        remedy="Look at the answers, train longer or on better ones, or lower gates.quality.min_likeness",
    )


def _parts(ours: Any, theirs: Any) -> Any:
    """By row: nats ours less theirs, and our tokens; only rows of which both were asked for the same characters.

    Nats add up over a text whatever its tokens are, so that models with other tokenizers can be compared.
    """
    both = ours.merge(theirs, left_index=True, right_index=True, suffixes=("", "_theirs"))
    both = both[(both["characters"] == both["characters_theirs"]) & (both["tokens"] > 0)]
    return both.assign(more=both["nats"] - both["nats_theirs"])[["more", "tokens"]].to_numpy(dtype=float)


def _bounds(parts: Any, confidence: float | None = None) -> Bounds:
    import numpy as np

    asked: dict[str, Any] = {} if confidence is None else {"confidence": confidence}
    return resampled_bounds(parts, lambda sums: sums[..., 0] / np.maximum(sums[..., 1], 1), **asked)


def _risen(nats: float) -> float:
    return math.expm1(nats) if nats < 700 else float("inf")


def _signed(rise: float) -> str:
    return f"{100 * rise:+.2f} %"


def _is(side: Measurements, evidence: Evidence) -> bool:
    return side.artifact_sha256 == evidence.candidate.artifact_sha256


def _without(rows: Any, ids: Iterable[str]) -> Any:
    return rows[~rows.index.astype(str).isin(list(ids))]


def _read(path: Path) -> Any:
    """Rows by id; DataError if there are none, or one has no finite loss."""
    import numpy as np
    import pandas as pd

    try:
        rows = pd.read_parquet(path).set_index("id").sort_index()
        usable = len(rows) and bool(np.isfinite(rows["nats"]).all())
    except (FileNotFoundError, KeyError) as error:
        raise DataError(f"{path.name} cannot be read: {error}", "id, nats and tokens", "Measure again") from None
    if not usable:
        raise DataError(f"{path.name} has no rows, or losses that are no numbers", "finite losses", "Measure again")
    return rows
