"""Figures of what gates judged: how far bounds are from limits, whether sureness is earned, what noise costs."""

from collections.abc import Mapping, Sequence
from typing import Any

from daybreak.reports import plots


def of_measurements(measured: Mapping[str, Any]) -> dict[str, str]:
    """SVGs `reliability` and `robustness`, each where it was measured."""
    bins = (measured.get("calibration") or {}).get("bins") or []
    ways = {
        name: way for name, way in ((measured.get("robustness") or {}).get("ways") or {}).items() if way.get("rows")
    }
    found = {"reliability": reliability(bins) if bins else "", "robustness": robustness(ways) if ways else ""}
    return {name: svg for name, svg in found.items() if svg}


def reliability(bins: Sequence[Mapping[str, float]]) -> str:
    """Accuracy over confidence, a dot a bin; on the dashed line sureness is earned."""
    figure, axes = plots.frame()
    sure = [each["confidence"] for each in bins]
    low = min(0.5, *sure, *(each["accuracy"] for each in bins))
    axes.plot([low, 1], [low, 1], color=plots.FAINT, linewidth=1, linestyle="--")
    axes.plot(sure, [each["accuracy"] for each in bins], color=plots.ACCENT, linewidth=1.6, marker="o", markersize=4)
    return plots.as_svg(figure, "reliability")


def robustness(ways: Mapping[str, Mapping[str, float]]) -> str:
    """Accuracy before (faint) and after each way of disturbing, the costliest on top."""
    figure, axes = plots.frame()
    ordered = sorted(ways, key=lambda name: ways[name]["before"] - ways[name]["after"])
    for place, name in enumerate(ordered):
        before, after = ways[name]["before"], ways[name]["after"]
        axes.plot([before, after], [place, place], color=plots.LINE, linewidth=3, zorder=1)
        axes.scatter([before], [place], color=plots.FAINT, s=18, zorder=2)
        axes.scatter([after], [place], color=plots.ACCENT, s=22, zorder=3)
    axes.set_yticks(range(len(ordered)), [name.replace("_", " ") for name in ordered])
    return plots.as_svg(figure, "robustness")
