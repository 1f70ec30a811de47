"""Plots of a sweep: its trials by epoch and in order, how settings and scores go together, and which setting counts."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from daybreak.reports import plots

LOGARITHMIC = 10.0  # from this ratio of largest to smallest on, a setting is drawn on a logarithmic scale
Trials = Sequence[Mapping[str, Any]]
Points = list[tuple[float, float]]


def of_sweep(sweep: Mapping[str, Any]) -> dict[str, str]:
    """Every plot by name, "" where there is nothing to draw; `sweep` is a SweepRef ready for JSON."""
    trials, less = sweep["trials"], sweep.get("direction") == "min"
    return {
        "trials": trial_curves(trials, less=less),
        "optimisation": optimisation(trials, less=less),
        "parallel": parallel(trials, sweep["metric"], less=less),
        "importance": importance(sweep.get("importance") or {}),
    }


def trial_curves(trials: Trials, *, less: bool = False) -> str:
    """Score by epoch, one line a trial; the one that ended best is strong. "" without any history."""
    shown = [trial for trial in trials if trial["history"]]
    if not shown:
        return ""
    best = _best(shown, less=less)
    figure, axes = plots.frame()
    for trial in shown:
        epochs, scores = zip(*trial["history"], strict=True)
        strong = trial is best
        colour, width = (plots.ACCENT, 2.0) if strong else (plots.FAINT, 1.2)
        axes.plot(epochs, scores, color=colour, linewidth=width, marker="o", markersize=4, zorder=3 if strong else 2)
    return plots.as_svg(figure, "trials")


def optimisation(trials: Trials, *, less: bool = False) -> str:
    """Each trial's score in the order they were asked for, and the best so far of those that may win; "" for none."""
    scored = sorted((trial for trial in trials if trial["score"] is not None), key=lambda trial: trial["number"])
    if not scored:
        return ""
    figure, axes = plots.frame()
    numbers, scores = zip(*((trial["number"], trial["score"]) for trial in scored), strict=True)
    choose, running = min if less else max, _running(scored)
    best = [choose(trial["score"] for trial in running[: place + 1]) for place in range(len(running))]
    ends = [*(trial["number"] for trial in running), numbers[-1]]
    axes.step(ends, [*best, best[-1]], where="post", color=plots.ACCENT, linewidth=2)
    axes.plot(numbers, scores, color=plots.SECOND, linestyle="none", marker="o", markersize=6)
    axes.set_xticks(numbers if len(numbers) <= 12 else numbers[:: math.ceil(len(numbers) / 12)])
    return plots.as_svg(figure, "optimisation")


def parallel(trials: Trials, metric: str = "", *, less: bool = False) -> str:
    """One line a trial through its settings to its `metric` (right), the best strong; it breaks where one has none.

    "" for fewer than two trials with a score, or for nothing that was searched.
    """
    scored = [trial for trial in trials if trial["score"] is not None]
    names = list(dict.fromkeys(key for trial in scored for key in trial["config"]))
    if len(scored) < 2 or not names:
        return ""
    columns = [[trial["config"].get(name) for trial in scored] for name in names]
    columns.append([trial["score"] for trial in scored])
    placed = [_places(column) for column in columns]
    figure, axes = plots.frame(wide=True)
    best = _best(scored, less=less)
    for row, trial in enumerate(scored):
        heights = [places[row] for places in placed]
        strong = trial is best
        colour, width = (plots.ACCENT, 2.2) if strong else (plots.FAINT, 1.0)
        axes.plot(
            range(len(heights)), heights, color=colour, linewidth=width, marker="o", markersize=3, zorder=2 + strong
        )
    _name_axes(axes, [*(name.removeprefix("model.config.") for name in names), metric], columns)
    return plots.as_svg(figure, "parallel")


def importance(shares: Mapping[str, float]) -> str:
    """A bar a setting, the one that counts most on top; "" where nothing is known."""
    if not shares:
        return ""
    figure, axes = plots.frame()
    names, values = zip(*sorted(shares.items(), key=lambda each: each[1]), strict=True)
    axes.barh(range(len(names)), values, color=plots.ACCENT, height=0.6)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlim(0, 1)
    axes.grid(visible=False)
    return plots.as_svg(figure, "importance")


def _best(trials: Trials, *, less: bool) -> Mapping[str, Any] | None:
    scored = _running([trial for trial in trials if trial["score"] is not None])
    return (min if less else max)(scored, key=lambda trial: trial["score"], default=None)


def _running(scored: Trials) -> Trials:
    """Trials that may be the winner: those that ran to their end, if any did."""
    return [trial for trial in scored if trial.get("state") == "completed"] or scored


def _places(column: Sequence[Any]) -> list[float]:
    """Heights 0..1 of a column's values, NaN for what is missing; words stand in alphabetical order."""
    known = [value for value in column if value is not None]
    if any(isinstance(value, str) for value in known):
        words = sorted({str(value) for value in known})
        heights = {word: place / max(1, len(words) - 1) for place, word in enumerate(words)}
        return [math.nan if value is None else heights[str(value)] for value in column]
    scaled = [math.log(value) for value in known] if _is_logarithmic(known) else known
    low, high = min(scaled), max(scaled)
    by_value = {
        value: (place - low) / (high - low) if high > low else 0.5 for value, place in zip(known, scaled, strict=True)
    }
    return [math.nan if value is None else by_value[value] for value in column]


def _is_logarithmic(values: Sequence[float]) -> bool:
    return min(values) > 0 and max(values) / min(values) >= LOGARITHMIC


def _name_axes(axes: Any, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    """Names below, the least and the most of each column at its ends."""
    for place, column in enumerate(columns):
        known = [value for value in column if value is not None]
        ends = (min(known, key=_order), max(known, key=_order))
        axes.axvline(place, color=plots.LINE, linewidth=1, zorder=1)
        for height, value, side in ((-0.05, ends[0], "top"), (1.05, ends[1], "bottom")):
            written = value if isinstance(value, str) else f"{value:.3g}"
            axes.text(place, height, written, ha="center", va=side, fontsize=8, color=plots.FAINT)
    axes.set_xticks(range(len(columns)), names)
    axes.set_yticks([])
    axes.set_ylim(-0.22, 1.22)
    axes.set_xlim(-0.35, len(columns) - 0.65)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)


def _order(value: Any) -> Any:
    return (isinstance(value, str), value)
