"""Where every row went, as a Sankey diagram in SVG: the stream narrows from stage to stage, losses fall out below."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from daybreak.data.describing.charts import WIDTH, svg

DEEP = 190  # pixels that all rows take
TOP = 44  # room for the names of the stages
BAR = 9  # width of a stage's mark
THIN = 1.5  # so that a single row is seen
APART = 40  # pixels from one name to the next
GAP = 14  # pixels between streams
CLEAR = 60  # no loss falls higher than this below the headings
EDGE = 118  # room at the right for the names of the ends


class Stage(NamedTuple):
    """One stage by name, and what left there: (name, rows) each."""

    name: str
    losses: Sequence[tuple[str, int]]


class Stream(NamedTuple):
    """Rows that go on together, as a CSS class; the trunk of the diagram has no name of its own."""

    name: str
    rows: int
    style: str


def flow(total: int, begin: str, stages: Sequence[Stage], ends: Sequence[tuple[str, int]], *, title: str) -> str:
    """From `total` rows through the stages to the ends; losses of no row are left out, a stage never is."""
    scale = DEEP / max(total, 1)
    across = (WIDTH - EDGE - BAR) / max(len(stages), 1)
    drawn = [_mark(0, TOP, total * scale, "total"), _heading(0, begin, total)]
    rest, lowest = total, TOP + DEEP + 0.0
    for place, stage in enumerate(stages):
        rest -= sum(rows for _, rows in stage.losses)
        last = place == len(stages) - 1
        streams = [Stream(name, rows, "kept") for name, rows in ends] if last else [Stream("", rest, "total")]
        streams += [Stream(name, rows, "loss") for name, rows in stage.losses if rows]
        x = place * across + BAR
        parts, bottom = _column(x, x + across - BAR, streams, scale)
        drawn += [*parts, _heading(x + across - BAR, stage.name, rest)]
        lowest = max(lowest, bottom)
    return svg(drawn, round(lowest), title)


def _column(x: float, to: float, streams: Sequence[Stream], scale: float) -> tuple[list[str], float]:
    """The streams that leave one mark, each to a mark of its own one column on, and where the lowest of them ends."""
    drawn, leaves, arrives = [], float(TOP), float(TOP)
    for name, rows, style in streams:
        thick = max(rows * scale, THIN)
        if style == "loss":
            arrives = max(arrives, TOP + CLEAR)
        drawn += [_band((x, leaves), (to, arrives), thick, style), _mark(to, arrives, thick, style)]
        if name:
            drawn.append(_beside(to + BAR + 6, max(arrives + thick / 2, arrives + 11), name, rows))
        leaves += rows * scale
        arrives += max(thick + GAP, APART if name else 0)
    return drawn, arrives


def _band(begin: tuple[float, float], end: tuple[float, float], thick: float, style: str) -> str:
    """A ribbon between two upright edges, each given by its upper end."""
    (x, y), (to, to_y) = begin, end
    middle = (x + to) / 2
    upper = f"M{x:.1f},{y:.1f} C{middle:.1f},{y:.1f} {middle:.1f},{to_y:.1f} {to:.1f},{to_y:.1f}"
    y, to_y = y + thick, to_y + thick
    lower = f"L{to:.1f},{to_y:.1f} C{middle:.1f},{to_y:.1f} {middle:.1f},{y:.1f} {x:.1f},{y:.1f}"
    return f'<path class="{style} stream" d="{upper} {lower} Z"/>'


def _mark(x: float, y: float, thick: float, style: str) -> str:
    return f'<rect class="{style}" rx="1.5" x="{x:.1f}" y="{y:.1f}" width="{BAR}" height="{max(thick, THIN):.1f}"/>'


def _heading(x: float, name: str, rows: int) -> str:
    return (
        f'<text class="faint" x="{x:.1f}" y="14">{escape(name)}</text>'
        f'<text class="value" x="{x:.1f}" y="33">{rows:,}</text>'
    )


def _beside(x: float, y: float, name: str, rows: int) -> str:
    return (
        f'<text class="value" x="{x:.1f}" y="{y - 2:.1f}">{rows:,}</text>'
        f'<text class="faint" x="{x:.1f}" y="{y + 13:.1f}">{escape(name)}</text>'
    )
