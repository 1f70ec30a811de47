"""Small hand-made SVG charts: text stays text, colours come from the page, the same numbers give the same bytes."""

from collections.abc import Sequence
from html import escape

WIDTH = 720
LABELS = 200  # left margin for names
ROW = 34


def bars(rows: Sequence[tuple[str, float, str, str]], *, title: str, highest: float | None = None) -> str:
    """Horizontal bars from (name, value, CSS class, text beside the bar), on a scale from 0 to `highest`."""
    top = highest or max((value for _, value, _, _ in rows), default=0) or 1
    drawn = [_bar(place, name, (0, value / top), style, told) for place, (name, value, style, told) in enumerate(rows)]
    return svg(drawn, ROW * len(rows), title)


def shares(rows: Sequence[tuple[str, Sequence[tuple[str, int]]]], *, title: str) -> str:
    """Stacked bars, one a row, each filled by the shares of its parts."""
    drawn = []
    for place, (name, parts) in enumerate(rows):
        total = max(1, sum(count for _, count in parts))
        start = 0.0
        drawn.append(_name(place, name))
        for colour, (part, count) in enumerate(parts):
            drawn.append(_segment(place, start, count / total, f"part{colour % 6}", f"{part} {count:,}"))
            start += count / total
    return svg(drawn, ROW * len(rows), title)


def histogram(counts: Sequence[int], step: int, *, title: str) -> str:
    """Columns of counts; a tick under every fourth says where it begins, the last column is open to the right."""
    height, top, width = 160, max(max(counts, default=0), 1), WIDTH / max(1, len(counts))
    drawn = []
    for place, count in enumerate(counts):
        tall = height * count / top
        ends = f"{step * (place + 1)}" if place < len(counts) - 1 else "∞"
        hint = f"<title>{step * place + 1}–{ends}: {count:,}</title>"
        box = f'x="{place * width + 1:.1f}" y="{height - tall:.1f}" width="{width - 2:.1f}" height="{tall:.1f}"'
        drawn.append(f'<rect class="total" {box}>{hint}</rect>')
        if place % 4 == 0:
            drawn.append(f'<text x="{place * width + 1:.1f}" y="{height + 16}">{step * place + 1}</text>')
    return svg(drawn, height + 20, title)


def svg(drawn: Sequence[str], height: int, title: str) -> str:
    """The drawn parts as one picture of the full width."""
    head = f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">'
    return head + "".join(drawn) + "</svg>"


def _bar(place: int, name: str, span: tuple[float, float], style: str, told: str) -> str:
    room = WIDTH - LABELS - 80
    left, wide = LABELS + span[0] * room, max(span[1] * room, 1)
    box = f'x="{left:.1f}" y="{place * ROW + 5}" width="{wide:.1f}" height="{ROW - 10}"'
    beside = f'<text class="value" x="{left + wide + 8:.1f}" y="{place * ROW + 22}">{escape(told)}</text>'
    return f'{_name(place, name)}<rect class="{style}" rx="3" {box}/>{beside}'


def _segment(place: int, start: float, share: float, style: str, told: str) -> str:
    room = WIDTH - LABELS
    left, wide = LABELS + start * room, share * room
    box = f'x="{left:.1f}" y="{place * ROW + 5}" width="{max(wide - 1, 1):.1f}" height="{ROW - 10}"'
    inside = (
        f'<text class="inside" x="{left + 8:.1f}" y="{place * ROW + 22}">{escape(told)}</text>' if wide > 90 else ""
    )
    return f'<rect class="{style}" rx="3" {box}><title>{escape(told)}</title></rect>{inside}'


def _name(place: int, name: str) -> str:
    return f'<text x="{LABELS - 10}" y="{place * ROW + 22}" text-anchor="end">{escape(name)}</text>'
