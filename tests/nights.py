"""Simulated candidates and nights: what the gates decide over thousands of them, where the truth is known."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binom, norm

from daybreak.gates import anchor, drift, fairness, parity, quality
from daybreak.gates.anchor import MARGIN
from daybreak.gates.comparing import Pair
from daybreak.gates.statistics import (
    CONFIDENCE,
    alarm_level,
    clopper_pearson,
    clustered_share,
    confidence_at,
    paired_difference,
    paired_score,
    permutations_for,
)
from daybreak.gates.statistics.gaps import largest_reach
from daybreak.ledger import anchoring
from daybreak.records import JournalEntry, Move, Outcome, Standing

ROWS = 1702
"""Of the sample's release set."""

KINDS = np.array([0.71, 0.21, 0.08])
CHANCES = np.array([0.991, 0.61, 0.06])
"""Easy, hard and hopeless rows, and how often a model has one right: accuracy 84 %, two models differ on 12 %."""

Loss = Callable[[int, Any], Any]
"""True loss of a night's candidates, as a share, from the night (0 the first) and their champions' true losses."""


def slack(share: float, count: int) -> float:
    """How far above `share` a simulated one may lie by luck: three standard errors."""
    return float(3 * np.sqrt(share * (1 - share) / count))


def draw_groups(truths: Sequence[float], size: int, candidates: int, seed: int = 17) -> Any:
    """Right answers of each candidate (a row) in each group of so many rows."""
    return np.random.default_rng(seed).binomial(size, truths, (candidates, len(truths)))


def judge_groups(right: Any, size: int, limit: float, draws: int = 1999) -> dict[str, float]:
    """Shares of PASS, FAIL and INCONCLUSIVE, as the fairness gate decides: what it uses hangs on the total right."""
    groups = right.shape[1]
    totals, reach = right.sum(axis=1), (right.max(axis=1) - right.min(axis=1)) / size
    knots = np.linspace(totals.min(), totals.max() + 1, 9)
    furthest = [largest_reach(knot / (size * groups), [size] * groups, limit) for knot in knots]
    passed = reach + 0.5 / size <= np.interp(totals, knots, furthest)
    differs = np.zeros(len(right), dtype=bool)
    chance = np.random.default_rng(17)
    for total in np.unique(totals):
        dealt = chance.multivariate_hypergeometric([size] * groups, total, draws, method="marginals")
        alike = np.sort((dealt.max(axis=1) - dealt.min(axis=1)) / size)
        chosen = totals == total
        reached = draws - np.searchsorted(alike, reach[chosen] - 1e-9)
        differs[chosen] = (1 + reached) / (draws + 1) <= 1 - CONFIDENCE
    failed = ~passed & differs & (reach > limit)
    found = Counter(np.select([passed, failed], ["PASS", "FAIL"], "INCONCLUSIVE").tolist())
    return {outcome: found[outcome] / len(right) for outcome in ("PASS", "FAIL", "INCONCLUSIVE")}


def paired_pass_rate(
    difference: float, discordant: float, margin: float, rows: int = ROWS, confidence: float = CONFIDENCE
) -> float:
    """Share of nights in which a candidate whose true accuracy differs by `difference` is found non-inferior; exact."""
    z = float(norm.ppf(confidence))
    total = 0.0
    for both in range(int(2 * rows * discordant) + 20):
        won = np.arange(both + 1)
        weight = binom.pmf(both, rows, discordant) * binom.pmf(won, both, (1 + difference / discordant) / 2)
        total += weight[paired_score(won, both - won, rows, -margin) >= z].sum()
    return float(total)


def live(
    loss: Loss, nights: int, histories: int, *, margin: float = MARGIN, spending: bool = True, seed: int = 17
) -> tuple[Any, Any]:
    """Which nights released (histories x nights), and the true loss of the champion after each.

    Every history has release rows of its own, frozen; its first champion is the anchor, and stays it. A candidate is
    released if it is non-inferior to the anchor at its attempt since the last release, and not significantly worse
    than the champion. Answers are counted by kind of row, anchor's answer and champion's answer.
    """
    chance = np.random.default_rng(seed)
    rows = chance.multinomial(ROWS, KINDS, size=histories)
    cells = np.zeros((histories, 3, 2, 2), dtype=int)
    cells[:, :, 1, 1] = chance.binomial(rows, CHANCES)
    cells[:, :, 0, 0] = rows - cells[:, :, 1, 1]
    level, attempt = np.zeros(histories), np.ones(histories, dtype=int)
    released, levels = np.zeros((2, histories, nights))
    thresholds = norm.ppf([confidence_at(number) if spending else CONFIDENCE for number in range(1, nights + 2)])
    for night in range(nights):
        lost = loss(night, level)
        chances = np.repeat(CHANCES[None], histories, axis=0)
        chances[:, 1] -= lost / KINDS[1]
        right = chance.binomial(cells, np.clip(chances, 0, 1)[:, :, None, None])
        ok = _score(cells, right, 2, -margin) >= thresholds[attempt - 1]
        ok &= _score(cells, right, 3, -1e-9) > -norm.ppf(CONFIDENCE)
        after = np.zeros_like(cells)
        after[:, :, :, 1], after[:, :, :, 0] = right.sum(axis=3), (cells - right).sum(axis=3)
        cells[ok] = after[ok]
        level, attempt = np.where(ok, lost, level), np.where(ok, 1, attempt + 1)
        released[:, night], levels[:, night] = ok, level
    return released.astype(bool), levels


def _score(cells: Any, right: Any, side: int, difference: float) -> Any:
    """The paired score against the anchor (side 2) or the champion (side 3), history by history."""
    won = np.take(right, 0, axis=side).sum(axis=(1, 2))
    lost = np.take(cells - right, 1, axis=side).sum(axis=(1, 2))
    return paired_score(won, lost, ROWS, difference)


def false_alarms(nights: int, histories: int, *, shared: float = 0.5, seed: int = 17) -> float:
    """Share of histories of an unchanged process in which the drift gate raises any alarm.

    Every night compares new rows with the same reference, whose luck makes up `shared` of the variance and is the same
    all nights; p-values come from as many permutations as an alarm needs.
    """
    chance = np.random.default_rng(seed)
    level = alarm_level(nights)
    draws = permutations_for(level)
    reference = chance.standard_normal((histories, 1)) * shared**0.5
    z = chance.standard_normal((histories, nights)) * (1 - shared) ** 0.5 + reference
    p_values = (1 + chance.binomial(draws, 2 * norm.sf(np.abs(z)))) / (draws + 1)
    return float((p_values <= level + 1e-12).any(axis=1).mean())


AT = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
BASELINE_LOSS = 0.01
"""How far the TF-IDF baseline truly is below the first champion."""
FLIPS, SWAPS, SENTENCES, TERMS = 0.001, 0.03, 80, 47
"""True share of labels that export flips, of swaps that change one, and how many swaps there are."""


class History(NamedTuple):
    """What came of so many nights: releases, the champion's true loss after each, drift alarms, anchors raised."""

    released: Any
    lost: Any
    alarms: Any
    raised: int


class House:
    """One project, night after night: its journal, the frozen rows, and who answers which of them right."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)
        self._kind = self._chance.choice(len(KINDS), ROWS, p=KINDS)
        self._moves: list[Move] = []
        self._entries: list[JournalEntry] = []
        self._answers = {1: self._draw(0.0)}
        self._baseline = self._draw(BASELINE_LOSS)
        self._luck = self._chance.standard_normal()
        self.lost = 0.0
        self._move(None, 1, "reset")

    @property
    def champion(self) -> int:
        version = self._moves[-1].to_version
        assert version is not None
        return version

    def try_out(self, version: int, loss: float) -> str | None:
        """What the release of a candidate makes of the anchor; None if a gate that blocks did not agree."""
        standing = anchoring.standing(self._moves, self._entries, sha256=str(version), data_digest="d", release_set="")
        self._note("judged", {"model_sha256": str(version), "data_digest": "d"})
        right = self._draw(loss)
        outcomes, change = self._quality(right, standing)
        if not (outcomes <= {Outcome.PASS} and self._exported() and self._fair()):
            return None
        self._answers[version], self.lost = right, loss
        self._move(self.champion, version, change)
        return change

    def alarm(self) -> bool:
        """Whether an unchanged process is taken for drift: half of the noise is the reference's own."""
        z = (self._luck + self._chance.standard_normal()) / 2**0.5
        level = alarm_level(drift.Params().nights)
        draws = permutations_for(level)
        return bool((1 + self._chance.binomial(draws, 2 * norm.sf(abs(z)))) / (draws + 1) <= level + 1e-12)

    def _quality(self, right: Any, standing: Standing) -> tuple[set[Outcome], str]:
        """The findings of the quality gate, as its own parts make them."""
        params, champion = quality.Params(), self._answers[self.champion]
        lead = champion if standing.anchor_version is None else self._answers[standing.anchor_version]
        met = _pair(right, lead)
        found = [anchor.against_anchor(met, margin=params.margin, attempt=standing.attempt)]
        if standing.anchor_version is not None:
            found.append(anchor.against_champion(_pair(right, champion), unit="test rows"))
        outcomes = {finding.outcome for finding in found}
        held = clopper_pearson(int(right.sum()), ROWS).low >= params.min_accuracy
        held &= paired_difference(*_pair(right, self._baseline)).low >= -params.margin
        return outcomes if held else {Outcome.FAIL}, anchor.change(met, standing.comparison)

    def _exported(self) -> bool:
        flips = int(self._chance.binomial(ROWS, FLIPS))
        return clopper_pearson(flips, ROWS).high <= parity.Params().max_flip_rate

    def _fair(self) -> bool:
        """Every sentence has a rate of its own."""
        rates = self._chance.beta(2 * SWAPS, 2 * (1 - SWAPS), SENTENCES)
        hits = self._chance.binomial(TERMS, rates).tolist()
        return clustered_share(hits, [TERMS] * SENTENCES).high <= fairness.Params().max_flip_rate

    def _draw(self, loss: float) -> Any:
        """Which rows a model of that true loss has right."""
        chances = CHANCES.copy()
        chances[1] -= loss / KINDS[1]
        return self._chance.random(ROWS) < np.clip(chances, 0, 1)[self._kind]

    def _move(self, before: int | None, version: int, change: str) -> None:
        facts = {"id": len(self._moves) + 1, "kind": "release", "from_version": before, "to_version": version}
        rest = dict.fromkeys(("reason", "run_id", "commit", "evidence", "weights_sha256", "params_digest"), "")
        told = {"at": AT, "settled_at": AT, "actor": "the night", "data_version": 1, "duration_ms": 1.0}
        move = {**facts, **rest, **told, "outcome": "done", "model_sha256": str(version), "anchor": change}
        self._moves.append(Move.model_validate(move))
        self._note("move", {**facts, "outcome": "done"})

    def _note(self, event: str, facts: dict[str, Any]) -> None:
        number = len(self._entries) + 1
        entry = JournalEntry(project="p", number=number, at=AT, event=event, facts=facts, previous="")
        self._entries.append(entry)


def live_by_gates(loss: Callable[[int, float], float], nights: int, histories: int, *, seed: int = 17) -> History:
    """The default suite night after night, by the gates' own code and the journal's; `loss` as in `live`."""
    released, lost, alarms = np.zeros((3, histories, nights))
    raised = 0
    for history in range(histories):
        house = House(seed + 1000 * history)
        for night in range(nights):
            change = house.try_out(night + 2, loss(night, house.lost))
            released[history, night], lost[history, night] = change is not None, house.lost
            alarms[history, night] = house.alarm()
            raised += change == "raised"
    return History(released.astype(bool), lost, alarms.astype(bool), raised)


def _pair(ours: Any, theirs: Any) -> Pair:
    return Pair(int((ours & ~theirs).sum()), int((theirs & ~ours).sum()), len(ours))
