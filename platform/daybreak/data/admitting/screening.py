"""Screening: is a new batch like the last version? One small function a check, each with its limit in params.yaml."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from daybreak.data.clean import CleanParams, clean_text
from daybreak.data.describing.yardstick import LastVersion, Yardstick
from daybreak.data.reading.labels import names as names_of
from daybreak.records import Record

if TYPE_CHECKING:
    import pandas as pd

Pair = tuple[str, str]  # text and label

SAMPLE = 20_000  # rows of a batch that are cleaned and compared; a larger one is judged by as many, drawn at random
ASKED = 2_000  # of these, how many the last version's quick model is asked about, if a night brings one batch
FEWEST_ASKED = 200  # of each, if it brings many
ERROR = 0.001  # of each one-sided bound: a batch that is exactly at a limit is held once in a thousand times
MOST_LABELS = 1000  # beyond, the correction for sets of labels would underflow
SHOWN = 5  # labels named in a reason


class AdmissionParams(Record):
    """What a batch may be like before a person must look at it. Limits are shares; at 1 a check never holds."""

    quiet_seconds: float = Field(default=5.0, ge=0, le=600)
    allow_new_labels: bool = False
    max_unusable: float = Field(default=0.1, ge=0, le=1)
    max_label_shift: float = Field(default=0.3, ge=0, le=1)
    max_strange: float = Field(default=0.5, ge=0, le=1)
    max_agreement_loss: float = Field(default=0.15, ge=0, le=1)


class Finding(NamedTuple):
    """What one check measured, and its limit; `reason` says why the batch is held, "" where it is not."""

    check: str
    measured: float
    limit: float
    reason: str


@dataclass(frozen=True)
class Content:
    """What a batch brings. `labels` counts all its rows with text; the rest is of the `looked` rows drawn from it.

    `mix` counts labels over distinct usable rows; `fresh` are those the last version does not know, shuffled.
    """

    rows: int
    labels: Counter[str]
    looked: int
    unusable: int
    contradicting: int
    mix: Counter[str]
    known: float
    fresh: tuple[Pair, ...]


def look(pairs: Iterable[Pair], last: LastVersion | None, *, cleaning: CleanParams, asked: int, seed: int) -> Content:
    """Read a batch once, row by row: counts of everything, and a closer look at SAMPLE rows drawn with the seed.

    At most `asked` fresh rows are kept.
    """
    import pandas as pd

    rows, labels, drawn = _draw(pairs, seed)
    cleaned = [(clean_text(text, cleaning), label.strip()) for text, label in drawn]
    table = pd.DataFrame(cleaned, columns=["text", "label"], dtype="str")
    filled = table[(table["text"] != "") & (table["label"] != "")]
    known = _known(filled, last)
    contradicting = _contradicting(filled, known)
    usable = filled[~contradicting].drop_duplicates()
    fresh = usable[~usable["text"].isin(known["text"])]
    return Content(
        rows=rows,
        labels=labels,
        looked=len(table),
        unusable=len(table) - len(filled) + int(contradicting.sum()),
        contradicting=int(contradicting.sum()),
        mix=Counter(usable["label"].tolist()),
        known=float(filled["text"].isin(known["text"]).mean()) if len(filled) else 0.0,
        fresh=tuple(fresh.head(asked).itertuples(index=False, name=None)),
    )


def screen(
    content: Content, last: LastVersion | None, yardstick: Yardstick | None, params: AdmissionParams
) -> list[Finding]:
    """Every check that can be made: without a last version there is nothing to compare with."""
    findings = [check_rows(content), check_unusable(content, params.max_unusable)]
    if last is not None:
        findings.append(check_labels(content, last.shares.keys(), params.allow_new_labels))
        findings.append(check_label_mix(content, last.shares, params.max_label_shift))
    if last is not None and yardstick is not None:
        findings.append(check_agreement(content.fresh, last.shares.keys(), yardstick, params.max_agreement_loss))
        findings.append(check_strange(content.fresh, yardstick, params.max_strange))
    return findings


def check_rows(content: Content) -> Finding:
    """At least one row has a text and a label."""
    usable = sum(count for label, count in content.labels.items() if label)
    return Finding("rows", usable, 1, "" if usable else f"none of its {content.rows} rows has a text and a label")


def check_unusable(content: Content, limit: float) -> Finding:
    """Share of rows that would train nothing: empty, without a label, or against the label of the same text."""
    share = content.unusable / content.looked if content.looked else 0.0
    low, _ = share_bounds(content.unusable, content.looked)
    reason = (
        f"{content.unusable} of {content.looked} rows cannot be used, {content.contradicting} of them "
        f"because the same text stands under another label"
    )
    return Finding("unusable", share, limit, reason if low > limit else "")


def check_labels(content: Content, known: Set[str], allowed: bool) -> Finding:
    """Rows under labels that the last version does not have; of several labels each may have been with others."""
    names = {name for label in known for name in names_of(label)}
    unknown = {label: count for label, count in content.labels.items() if not names.issuperset(names_of(label))}
    told = ", ".join(f"{label!r} ({count} rows)" for label, count in sorted(unknown.items())[:SHOWN])
    reason = f"its labels {told} are new; the last version has {', '.join(map(repr, sorted(known)[:SHOWN]))}"
    return Finding("labels", sum(unknown.values()), 0, reason if unknown and not allowed else "")


def check_label_mix(content: Content, shares: Mapping[str, float], limit: float) -> Finding:
    """Total variation distance of the batch's labels from the last version's, 0..1: the share that changed sides.

    The labels that grew are chosen by looking, so the bound on their share is corrected for every set of labels there
    is (Bonferroni).
    """
    rows = content.mix.total()
    grown = {label for label, count in content.mix.items() if count / rows > shares.get(label, 0.0)}
    found, expected = sum(content.mix[label] for label in grown), sum(shares.get(label, 0.0) for label in grown)
    sets = 2.0 ** min(len({*shares, *content.mix}), MOST_LABELS)
    low, _ = share_bounds(found, rows, ERROR / sets)
    told = sorted(grown, key=lambda label: shares.get(label, 0.0) - content.mix[label] / rows)[:SHOWN]
    words = [f"{label!r} {content.mix[label] / rows:.0%} instead of {shares.get(label, 0.0):.0%}" for label in told]
    reason = f"its labels are mixed otherwise than the last version's: {', '.join(words)}"
    return Finding(
        "label_mix", found / rows - expected if rows else 0.0, limit, reason if low - expected > limit else ""
    )


def check_strange(fresh: Sequence[Pair], yardstick: Yardstick, limit: float) -> Finding:
    """Share of texts that are less typical of the last version than nearly all of its own: drift."""
    strange = sum(yardstick.opinions[text].strange for text, _label in fresh)
    low, _ = share_bounds(strange, len(fresh))
    reason = f"{strange} of {len(fresh)} texts looked at are strange to the last version"  # none is quoted: it is kept
    return Finding("strange", strange / len(fresh) if fresh else 0.0, limit, reason if low > limit else "")


def check_agreement(fresh: Sequence[Pair], known: Set[str], yardstick: Yardstick, limit: float) -> Finding:
    """How much less the last version's quick model agrees with the labels than with those of rows held out of it."""
    judged = [(text, label) for text, label in fresh if label in known]
    agreed = sum(yardstick.opinions[text].label == label for text, label in judged)
    _, high = share_bounds(agreed, len(judged))
    reason = (
        f"a quick model of the last version agrees with {agreed} of {len(judged)} labels, and with "
        f"{yardstick.honest:.0%} of those it was not trained on: are labels swapped?"
    )
    loss = yardstick.honest - agreed / len(judged) if judged else 0.0
    return Finding("agreement", loss, limit, reason if yardstick.honest - high > limit else "")


def share_bounds(hits: int, rows: int, error: float = ERROR) -> tuple[float, float]:
    """Two one-sided exact bounds on a share (Clopper and Pearson 1934), each wrong with probability `error` at most."""
    from scipy.stats import beta

    low = float(beta.ppf(error, hits, rows - hits + 1)) if hits else 0.0
    high = float(beta.isf(error, hits + 1, rows - hits)) if hits < rows else 1.0
    return low, high


def _draw(pairs: Iterable[Pair], seed: int) -> tuple[int, Counter[str], list[Pair]]:
    """Number of rows, labels of those with text, and SAMPLE rows in random order (Vitter 1985, algorithm R)."""
    chance = random.Random(seed)  # noqa: S311 - a draw that anybody can repeat
    labels: Counter[str] = Counter()
    drawn: list[Pair] = []
    rows = 0
    for text, label in pairs:
        rows += 1
        if text.strip():
            labels[label.strip()] += 1
        if len(drawn) < SAMPLE:
            drawn.append((text, label))
        elif (place := chance.randrange(rows)) < SAMPLE:
            drawn[place] = (text, label)
    chance.shuffle(drawn)
    return rows, labels, drawn


def _known(filled: pd.DataFrame, last: LastVersion | None) -> pd.DataFrame:
    """The last version's rows with a text that the batch has too."""
    if last is None:
        return filled.head(0)
    return last.rows[last.rows["text"].isin(set(filled["text"]))]


def _contradicting(filled: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Which rows' text stands under another label too, in the batch or in the last version: stage dedupe's own rule."""
    import pandas as pd

    together = pd.concat([filled, known]).drop_duplicates()
    several = together["text"].value_counts()
    return filled["text"].isin(set(several[several > 1].index))
