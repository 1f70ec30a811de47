"""Plots of a dossier as inline SVG: text stays text, and colours are the page's own, so both its themes fit."""

import base64
import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

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
    "#060606": "var(--good)",
    "#070707": "var(--bad)",
}
# The same on a page of somebody else's, which may be light or dark.
_ELSEWHERE = {
    "var(--ink)": "#7a7a7a",
    "var(--faint)": "#9a9a9a",
    "var(--line)": "#c8c8c8",
    "var(--accent)": "#2f6fde",
    "var(--second)": "#d97706",
    "var(--good)": "#22795a",
    "var(--bad)": "#b3352b",
}
INK, FAINT, LINE, ACCENT, SECOND, GOOD, BAD = _COLOURS


def loss_curve(history: Sequence[Mapping[str, float]]) -> str:
    """Loss by step (faint: as measured, strong: running mean) and validation score where it was taken; "" if none."""
    loss = _series(history, ("loss", "train_loss", "training_loss"))
    if not loss:
        return ""
    figure, axes = frame(wide=True)
    steps, values = zip(*loss, strict=True)
    axes.plot(steps, values, color=FAINT, linewidth=0.8, alpha=0.6)
    axes.plot(steps, _smooth(values), color=ACCENT, linewidth=2)
    if unseen := _series(history, ("validation_loss",)):
        axes.plot(*zip(*unseen, strict=True), color=INK, linewidth=1.2, linestyle="--", marker="s", markersize=3)
    others = sorted(
        {name for entry in history for name in entry if name.startswith("validation_")} - {"validation_loss"}
    )
    score = _series(history, ("score", "accuracy", "validation_accuracy", "eval_accuracy", *others))
    if score:
        right = axes.twinx()
        style(right)
        right.plot(*zip(*score, strict=True), color=SECOND, linewidth=2, marker="o", markersize=4)
    return as_svg(figure, "loss")


def lines(
    series: Mapping[str, Sequence[tuple[float, float]]], salt: str, *, logarithmic: bool = False, named: bool = False
) -> str:
    """One line a series, half a page wide; `named` writes each name at its end, `salt` tells figures apart."""
    figure, axes = frame()
    colours = (ACCENT, SECOND, INK, FAINT)
    for place, (name, points) in enumerate(series.items()):
        steps, values = zip(*points, strict=True)
        axes.plot(steps, values, color=colours[place % len(colours)], linewidth=1.6)
        if named:
            axes.annotate(name, (steps[-1], values[-1]), color=FAINT, fontsize=8, ha="right", va="bottom")
    if logarithmic and all(value > 0 for points in series.values() for _, value in points):
        axes.set_yscale("log")
    return as_svg(figure, salt)


def as_address(svg: str) -> str:
    """An SVG as a `data:` address that any page can show as an image."""
    for ours, fixed in _ELSEWHERE.items():
        svg = svg.replace(ours, fixed)
    named = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) if "xmlns=" not in svg else svg
    return "data:image/svg+xml;base64," + base64.b64encode(named.encode()).decode()


def _series(history: Sequence[Mapping[str, float]], names: Sequence[str]) -> list[tuple[float, float]]:
    name = next((name for name in names if any(name in entry for entry in history)), None)
    return [(entry["step"], entry[name]) for entry in history if name in entry] if name else []


def _smooth(values: Sequence[float]) -> list[float]:
    """Mean over a centred window of a fortieth of the curve."""
    half = max(1, len(values) // 80)
    windows = (values[max(0, place - half) : place + half + 1] for place in range(len(values)))
    return [sum(window) / len(window) for window in windows]


def frame(*, wide: bool = False, rows: int = 0) -> "tuple[Figure, Axes]":
    """As wide as the page or half of it, so that its letters are as large as the page's; as high as `rows` ask."""
    from matplotlib.figure import Figure

    size = (8.6, 2.9) if wide else (4.3, max(1.3, 0.5 + 0.27 * rows) if rows else 2.4)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    style(axes)
    axes.grid(axis="y", color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def style(axes: "Axes") -> None:
    axes.set_facecolor("none")
    axes.tick_params(colors=FAINT, length=0, labelsize=9)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(LINE)


def day(at: str) -> float:
    """A moment in ISO 8601 as days since the epoch, which is how axes count them."""
    from datetime import datetime

    return datetime.fromisoformat(at).timestamp() / 86400


def by_day(axes: "Axes", days: Sequence[float]) -> None:
    """Few dates below, written so that both languages read them."""
    from matplotlib.dates import AutoDateLocator, DateFormatter

    axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=7))
    axes.xaxis.set_major_formatter(DateFormatter("%m-%d" if days[-1] - days[0] >= 1 else "%m-%d %H:%M"))


def as_svg(figure: "Figure", salt: str) -> str:
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
