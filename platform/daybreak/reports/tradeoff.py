"""What accuracy costs: nights of a project by latency and size of the file that would ship."""

from collections.abc import Sequence
from typing import Any

from daybreak.records import RunRecord
from daybreak.reports import plots

MIB = 2**20
NEEDED = ("accuracy", "latency_ms_p95", "artifact_bytes")


def of_runs(runs: Sequence[RunRecord], tonight: RunRecord, champion: int | None) -> list[dict[str, Any]]:
    """A point for each model that was judged, tonight's last: `version, accuracy, latency_ms_p95, mib, who`."""
    found: dict[str, dict[str, Any]] = {}
    for run in (*sorted(runs, key=lambda run: run.started_at), tonight):
        if run.model and all(name in run.metrics for name in NEEDED):
            who = "candidate" if run is tonight else "champion" if run.model.version == champion else "earlier"
            found.pop(run.model.sha256, None)
            found[run.model.sha256] = {
                "version": run.model.version,
                "accuracy": run.metrics["accuracy"],
                "latency_ms_p95": run.metrics["latency_ms_p95"],
                "mib": run.metrics["artifact_bytes"] / MIB,
                "who": who,
            }
    return list(found.values())


def drawn(points: Sequence[dict[str, Any]]) -> str:
    """Accuracy over latency, a dot as large as its file; "" where there is nothing to trade."""
    if len(points) < 2:
        return ""
    figure, axes = plots.frame()
    colours = {"candidate": plots.ACCENT, "champion": plots.SECOND, "earlier": plots.FAINT}
    largest = max(point["mib"] for point in points)
    for point in points:
        size = 20 + 160 * point["mib"] / largest
        place = (point["latency_ms_p95"], point["accuracy"])
        axes.scatter(*place, s=size, color=colours[point["who"]], alpha=0.75)
        if point["who"] != "earlier":
            axes.annotate(str(point["version"]), place, color=plots.INK, fontsize=9, ha="center", va="center")
    axes.margins(0.2)
    return plots.as_svg(figure, "tradeoff")
