"""What is shown of a night beside its run in the Prefect UI: progress, verdicts, a summary, the main plot."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from uuid import UUID

from prefect import task
from prefect.artifacts import (
    create_image_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from daybreak import progress
from daybreak.night import Night
from daybreak.records import Judgement, RunRecord
from daybreak.reports import content, plots, summary

# A request for each batch of a training would cost more than the training.
EVERY_SECONDS = 3.0


def key_of(what: str, project: str) -> str:
    """Key of an artifact: the UI keeps one history a key, and keys know no underscore."""
    return f"{what}-{project.replace('_', '-')}"


@task(name="show-verdicts")
def show_verdicts(night: Night, judgement: Judgement) -> None:
    """Put the gate table beside the run."""
    key = key_of("verdicts", night.project.name)
    create_table_artifact(summary.table(judgement.verdicts), key=key, description="What each gate measured, and why")


@task(name="show-night")
def show_night(night: Night, record: RunRecord, history: Path) -> None:
    """Put a summary with links and the curve of the training beside the run."""
    text = summary.in_markdown(record)
    create_markdown_artifact(text, key=key_of("summary", record.project), description="What came of this night")
    image = plots.as_address(plots.loss_curve(content.read_curve(history)))
    create_image_artifact(image, key=key_of("training", record.project), description="Loss by step, and the score")


class ProgressArtifacts:
    """Reports as progress artifacts, one a step; whoever watched before goes on watching."""

    def __init__(self, project: str, before: progress.Reporter) -> None:
        self._project, self._before = project, before
        self._artifacts: dict[str, tuple[UUID, float]] = {}

    def __call__(self, step: str, share: float, note: str) -> None:
        self._before(step, share, note)
        with contextlib.suppress(Exception):  # a bar that cannot be drawn must not stop the work it is about
            self._draw(step, share, note)

    def _draw(self, step: str, share: float, note: str) -> None:
        known = self._artifacts.get(step)
        now = time.monotonic()
        if known is None:
            key = key_of(f"progress-{step}", self._project)
            made = cast(UUID, create_progress_artifact(100 * share, key=key, description=note or step))
            self._artifacts[step] = (made, now)
        elif now - known[1] > EVERY_SECONDS or share >= 1.0:
            update_progress_artifact(known[0], 100 * share, description=note or step)
            self._artifacts[step] = (known[0], now)


@contextmanager
def shown_in_ui(project: str) -> Iterator[None]:
    """Within this block, what long steps report moves bars in the UI."""
    with progress.watched_by(ProgressArtifacts(project, progress.reporter())):
        yield
