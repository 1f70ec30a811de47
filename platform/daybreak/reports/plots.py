"""Plots of a dossier as inline SVG: text stays text, and colours are the page's own, so both its themes fit."""

import base64
import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Stand-ins that matplotlib draws with; each becomes a CSS colour of the page.
_COLOURS = {
    "#010101": "var(--ink)",
    "#020202": "var(--faint)",
    "#030303": "var(--line)",
    "#040404": "var(--accent)",
    "#050505": "var(--second)",
}
# The same on a page of somebody else's, which may be light or dark.
_ELSEWHERE = {
    "var(--ink)": "#7a7a7a",
    "var(--faint)": "#9a9a9a",
    "var(--line)": "#c8c8c8",
    "var(--accent)": "#2f6fde",
    "var(--second)": "#d97706",
}
_INK, _FAINT, _LINE, _ACCENT, _SECOND = _COLOURS


def loss_curve(history: Sequence[Mapping[str, float]]) -> str:
    """Loss by step (faint: as measured, strong: running mean) and validation score where it was taken; "" if none."""
    loss = _series(history, ("loss", "train_loss", "training_loss"))
    if not loss:
        return ""
    figure, axes = _frame(wide=True)
    steps, values = zip(*loss, strict=True)
    axes.plot(steps, values, color=_FAINT, linewidth=0.8, alpha=0.6)
    axes.plot(steps, _smooth(values), color=_ACCENT, linewidth=2)
    score = _series(history, ("score", "accuracy", "validation_accuracy", "eval_accuracy"))
    if score:
        right = axes.twinx()
        _style(right)
        right.plot(*zip(*score, strict=True), color=_SECOND, linewidth=2, marker="o", markersize=4)
    return _svg(figure, "loss")


def as_address(svg: str) -> str:
    """An SVG as a `data:` address that any page can show as an image."""
    for ours, fixed in _ELSEWHERE.items():
        svg = svg.replace(ours, fixed)
    named = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) if "xmlns=" not in svg else svg
    return "data:image/svg+xml;base64," + base64.b64encode(named.encode()).decode()


def trial_curves(trials: Sequence[Mapping[str, Any]]) -> str:
    """Score by epoch, one line a trial; the one that ended best is strong. "" without any history."""
    shown = [trial for trial in trials if trial["history"]]
    if not shown:
        return ""
    best = max((trial for trial in shown if trial["score"] is not None), key=lambda trial: trial["score"], default=None)
    figure, axes = _frame()
    for trial in shown:
        epochs, scores = zip(*trial["history"], strict=True)
        strong = trial is best
        axes.plot(
            epochs,
            scores,
            color=_ACCENT if strong else _FAINT,
            linewidth=2 if strong else 1.2,
            marker="o",
            markersize=4,
        )
    return _svg(figure, "trials")


def optimisation(trials: Sequence[Mapping[str, Any]]) -> str:
    """Each trial's score in the order they were asked for, and the best so far. "" without any score."""
    scored = [(trial["number"], trial["score"]) for trial in trials if trial["score"] is not None]
    if not scored:
        return ""
    figure, axes = _frame()
    numbers, scores = zip(*sorted(scored), strict=True)
    best = [max(scores[: place + 1]) for place in range(len(scores))]
    axes.step(numbers, best, where="post", color=_ACCENT, linewidth=2)
    axes.plot(numbers, scores, color=_SECOND, linestyle="none", marker="o", markersize=6)
    axes.set_xticks(numbers)
    return _svg(figure, "optimisation")


def _series(history: Sequence[Mapping[str, float]], names: Sequence[str]) -> list[tuple[float, float]]:
    name = next((name for name in names if any(name in entry for entry in history)), None)
    return [(entry["step"], entry[name]) for entry in history if name in entry] if name else []


def _smooth(values: Sequence[float]) -> list[float]:
    """Mean over a centred window of a fortieth of the curve."""
    half = max(1, len(values) // 80)
    windows = (values[max(0, place - half) : place + half + 1] for place in range(len(values)))
    return [sum(window) / len(window) for window in windows]


def _frame(*, wide: bool = False) -> "tuple[Figure, Axes]":
    """As wide as the page or half of it, so that its letters are as large as the page's."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.6, 2.9) if wide else (4.3, 2.4), layout="constrained")
    axes = figure.add_subplot()
    _style(axes)
    axes.grid(axis="y", color=_LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def _style(axes: "Axes") -> None:
    axes.set_facecolor("none")
    axes.tick_params(colors=_FAINT, length=0, labelsize=9)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(_LINE)


def _svg(figure: "Figure", salt: str) -> str:
    """The figure's <svg> element; the same figure always gives the same bytes."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    drawn = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt, "font.family": "DejaVu Sans"}):
        figure.patch.set_alpha(0)
        FigureCanvasSVG(figure).print_svg(drawn, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = drawn.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r' (?:height|width)="[\d.]+pt"', "", text, count=2)
    for drawn_with, shown in _COLOURS.items():
        text = text.replace(drawn_with, shown)
    return text
