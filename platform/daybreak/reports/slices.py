"""Parts of the test rows, each with its count and how sure its number is: labels, declared groups, identity swaps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from daybreak.gates.statistics import clopper_pearson
from daybreak.reports import plots

MOST_DRAWN = 24


def of_measurements(measured: Mapping[str, Any], champion: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a part: `column, name, rows, right, share, low, high`, and the `champion`'s share where it is known.

    Bounds are Clopper-Pearson's, each at its own 5 %. A part without rows is told, with no share.
    """
    return [*_labels(measured, champion), *_groups(measured, champion)]


def of_swaps(measured: Mapping[str, Any]) -> list[dict[str, Any]]:
    """By language and axis of identity: sentences that were said of somebody else, and answers that this changed."""
    languages = (measured.get("fairness") or {}).get("languages") or {}
    return [
        {
            "language": language,
            "axis": axis,
            "swaps": found["swaps"],
            "flips": found["flips"],
            "share": found["flip_rate"],
        }
        for language, swaps in languages.items()
        for axis, found in (swaps.get("axes") or {}).items()
    ]


def drawn(parts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """An SVG by column with two parts or more: a dot and its interval each, the champion's faint beside it."""
    found = {}
    for column in dict.fromkeys(part["column"] for part in parts):
        rows = [part for part in parts if part["column"] == column and part["share"] is not None]
        if len(rows) > 1:
            found[column] = _figure(sorted(rows, key=lambda part: -part["share"])[:MOST_DRAWN], column)
    return found


def _figure(rows: Sequence[Mapping[str, Any]], column: str) -> str:
    figure, axes = plots.frame(rows=len(rows))
    for place, part in enumerate(reversed(rows)):
        axes.plot([part["low"], part["high"]], [place, place], color=plots.ACCENT, linewidth=2, alpha=0.55, zorder=2)
        axes.scatter([part["share"]], [place], color=plots.ACCENT, s=24, zorder=3)
        if part["champion"] is not None:
            axes.scatter([part["champion"]], [place + 0.18], color=plots.FAINT, s=14, zorder=1)
    axes.set_yticks(range(len(rows)), [f"{part['name']} ({part['rows']:,})" for part in reversed(rows)])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.grid(axis="x", color=plots.LINE, linewidth=0.8)
    axes.grid(axis="y", visible=False)
    return plots.as_svg(figure, f"slices {column}")


def _labels(measured: Mapping[str, Any], champion: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    before = _recalled(champion)
    for label, (right, rows) in _recalled(measured).items():
        yield _part("label", label, right, rows, before.get(label))


def _recalled(measured: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Right answers and rows of each label, from the confusion matrix (rows true, columns given)."""
    found = measured.get("predictions") or {}
    if not {"labels", "confusion"} <= found.keys():
        return {}
    rows = zip(found["labels"], found["confusion"], strict=True)
    return {str(label): (counts[place], sum(counts)) for place, (label, counts) in enumerate(rows)}


def _groups(measured: Mapping[str, Any], champion: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    known = (champion.get("fairness") or {}).get("groups") or {}
    for column, groups in ((measured.get("fairness") or {}).get("groups") or {}).items():
        for name, found in groups.items():
            before = (known.get(column) or {}).get(name)
            then = (before["right"], before["rows"]) if before else None
            yield _part(column.removeprefix("group_"), name, found["right"], found["rows"], then)


def _part(column: str, name: str, right: int, rows: int, before: tuple[int, int] | None) -> dict[str, Any]:
    bounds = clopper_pearson(right, rows) if rows else None
    return {
        "column": column,
        "name": name,
        "rows": rows,
        "right": right,
        "share": right / rows if rows else None,
        "low": bounds.low if bounds else None,
        "high": bounds.high if bounds else None,
        "champion": before[0] / before[1] if before and before[1] else None,
    }
