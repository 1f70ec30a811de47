"""Curves of a training for its dossier, beside the loss: what each step was like, and what it learned from."""

from collections.abc import Mapping, Sequence
from typing import Any

from daybreak.reports import plots

SHOWN = ("gradient_norm", "update_ratio", "learning_rate", "tokens_per_second", "gpu_percent", "gpu_memory_gib")
LOGARITHMIC = ("gradient_norm", "update_ratio")


def of_training(history: Sequence[Mapping[str, float]]) -> dict[str, str]:
    """An SVG by name for each of `SHOWN` that the history has in more than one step."""
    found = {}
    for name in SHOWN:
        points = [(entry["step"], entry[name]) for entry in history if name in entry]
        if len(points) > 1:
            found[name] = plots.lines({name: points}, name, logarithmic=name in LOGARITHMIC)
    return found


def of_composition(windows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """SVGs `labels`, `sources` (shares of the rows of a window) and `lengths`; a share of one name alone is no news."""
    found = {}
    for kind in ("labels", "sources"):
        names = sorted({name for window in windows for name in window.get(kind) or ()})
        if len(names) > 1 and len(windows) > 1:
            shares = {name: [_share(window, kind, name) for window in windows] for name in names}
            found[kind] = plots.lines(shares, f"composition {kind}", named=True)
    lengths = {
        name: [(window["step"], window[name]) for window in windows if name in window]
        for name in ("length_mean", "length_p95")
    }
    if len(lengths["length_mean"]) > 1:
        found["lengths"] = plots.lines(lengths, "composition lengths")
    return found


def _share(window: Mapping[str, Any], kind: str, name: str) -> tuple[float, float]:
    counts = window.get(kind) or {}
    return window["step"], counts.get(name, 0) / max(1, sum(counts.values()))
