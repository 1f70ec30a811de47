"""The last ninety nights of a project: scores with their intervals, releases, refusals, and who moved the champion."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from daybreak.records import Move, RunRecord, Verdict
from daybreak.reports import plots

DAYS = 90
METRICS = ("accuracy", "macro_f1", "perplexity")
BY_PERSONS = ("promote", "rollback", "reconcile", "adopt")


def of_project(runs: Sequence[RunRecord], moves: Sequence[Move], tonight: RunRecord) -> dict[str, list[dict[str, Any]]]:
    """`nights` with what each scored and became, and `moves` of the champion at a person's word; oldest first.

    Both cover the ninety days up to tonight. Nights that judged nothing are left out, unless they broke off, as is
    tonight before it is known what becomes of it.
    """
    since = tonight.started_at - timedelta(days=DAYS)
    nights = {run.run_id: run for run in (*runs, tonight) if run.started_at >= since}
    told = [_night(run) for run in sorted(nights.values(), key=lambda run: run.started_at) if _counts(run)]
    settled = [move for move in moves if move.at >= since and move.outcome == "done" and move.kind in BY_PERSONS]
    return {"nights": told, "moves": [_move(move) for move in sorted(settled, key=lambda move: move.at)]}


def drawn(found: dict[str, list[dict[str, Any]]]) -> str:
    """An SVG of scores over days: released filled, others hollow, the champion's score as a line; "" for one night."""
    scored = [night for night in found["nights"] if night["score"] is not None]
    if len(scored) < 2:
        return ""
    figure, axes = plots.frame(wide=True)
    champion = [night for night in scored if night["status"] == "released"]
    days = [plots.day(night["at"]) for night in scored]
    if champion:
        steps = [plots.day(night["at"]) for night in champion] + days[-1:]
        values = [night["score"] for night in champion]
        axes.step(steps, [*values, values[-1]], where="post", color=plots.LINE, linewidth=2, zorder=1)
    for night, day in zip(scored, days, strict=True):
        colour = (
            plots.GOOD if night["status"] == "released" else plots.BAD if night["status"] == "refused" else plots.FAINT
        )
        if night["low"] is not None:
            axes.plot([day, day], [night["low"], night["high"]], color=colour, linewidth=1, alpha=0.7, zorder=2)
        face = colour if night["status"] == "released" else "none"
        axes.scatter([day], [night["score"]], s=26, edgecolors=colour, facecolors=face, linewidths=1.4, zorder=3)
    for move in found["moves"]:
        if move["kind"] in ("rollback", "promote"):
            axes.axvline(plots.day(move["at"]), color=plots.SECOND, linewidth=1, linestyle="--", zorder=0)
    plots.by_day(axes, days)
    return plots.as_svg(figure, "timeline")


def _counts(run: RunRecord) -> bool:
    return (bool(run.verdicts) and run.status != "judged") or run.status in ("failed", "crashed")


def _night(run: RunRecord) -> dict[str, Any]:
    """A night's score with the bounds its quality gate found, where it asked for the same number."""
    name = next((name for name in METRICS if name in run.metrics), None)
    score = run.metrics[name] if name else None
    low, high = _bounds(run.verdicts, score)
    return {
        "run": run.run_id,
        "at": run.started_at.isoformat(),
        "status": run.status,
        "version": run.model.version if run.model else None,
        "data_version": run.data_version,
        "metric": name,
        "score": score,
        "low": low,
        "high": high,
        "gates": [verdict.gate for verdict in run.verdicts if verdict.blocks],
        "reason": run.reason,
    }


def _bounds(verdicts: Sequence[Verdict], score: float | None) -> tuple[float | None, float | None]:
    if score is None:
        return None, None
    for finding in _findings(verdicts):
        if abs(finding["measured"] - score) < 1e-9:
            return finding["low"], finding["high"]
    return None, None


def _findings(verdicts: Sequence[Verdict]) -> Iterator[dict[str, Any]]:
    for verdict in verdicts:
        if verdict.gate == "quality":
            yield from verdict.details.get("findings") or []


def _move(move: Move) -> dict[str, Any]:
    return {
        "at": move.at.isoformat(),
        "kind": move.kind,
        "actor": move.actor,
        "from": move.from_version,
        "to": move.to_version,
        "reason": move.reason,
    }
