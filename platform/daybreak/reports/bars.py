"""Progress bars of a night on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from daybreak import progress


@contextmanager
def watching() -> Iterator[None]:
    """Draw every step that reports within this block as a bar with its share, time and a note, on stderr."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskID,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<9}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def draw(step: str, share: float, note: str) -> None:
            if step not in tasks:
                for earlier in tasks.values():
                    bars.update(earlier, completed=1.0)
                tasks[step] = bars.add_task(step, total=1.0, note=note)
            bars.update(tasks[step], completed=share, note=note)

        with progress.watched_by(draw):
            yield
        for finished in tasks.values():
            bars.update(finished, completed=1.0)
