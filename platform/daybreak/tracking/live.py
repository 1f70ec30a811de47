"""The curves of a training while it runs, in MLflow and wherever else they are wanted, by a thread of its own."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from daybreak.records import Project
from daybreak.tracking.runs import FOLLOWED_TAG, Tracker
from daybreak.tracking.targets import Point, RunStatus, Target, open_target

EVERY_SECONDS = 5.0
"""Points are handed on together: each request to MLflow takes time from the training."""
CLOSING_SECONDS = 60.0

# What is worth a curve, and the step it was at.
Watch = Callable[[Mapping[str, float], int], None]


@contextmanager
def followed(
    url: str, artifacts: Path, project: Project, night: str, *, report_to: Sequence[str] = (), folder: Path
) -> Iterator[Watch]:
    """Within this block, what the yielded function is told is written to the run of the night and to `report_to`.

    The run is closed behind the block, as finished, failed or killed; the night itself goes on with it. A target that
    cannot be written to is left out, with a warning: no training is lost by it. Files of targets go below `folder`.
    """
    openers = [partial(in_mlflow, url, artifacts, project, night)]
    openers += [partial(open_target, name, folder, project.registered_model, night) for name in report_to]
    following = Following(openers)
    try:
        yield following.add
    except BaseException as error:
        following.close("FAILED" if isinstance(error, Exception) else "KILLED")
        raise
    following.close("FINISHED")


def in_mlflow(url: str, artifacts: Path, project: Project, night: str) -> Target:
    """The run of the night, which is found again when the night is tracked."""
    tracker = Tracker(url, artifacts, project)
    run_id = tracker.open(night, {"project": project.name, FOLLOWED_TAG: "true"})
    known = tracker.known(run_id)
    return Target(lambda points: tracker.log_points(run_id, points, known), partial(tracker.finish, run_id))


class Following:
    """Points on their way to the targets, which are opened in the thread: their imports take seconds."""

    def __init__(self, openers: Sequence[Callable[[], Target]], every_seconds: float | None = None) -> None:
        self._points: queue.Queue[Point | None] = queue.Queue()
        self._every_seconds = EVERY_SECONDS if every_seconds is None else every_seconds
        self._status: RunStatus = "FINISHED"
        self._targets: list[Target] = []
        self._thread = threading.Thread(target=self._run, args=(openers,), name="following", daemon=True)
        self._thread.start()

    def add(self, values: Mapping[str, float], step: int) -> None:
        """Hand on some numbers at a step; returns at once."""
        self._points.put(Point(step, dict(values), time.time()))

    def close(self, status: RunStatus) -> None:
        """Hand on what is left and close the targets; one that hangs is waited for no longer than a minute."""
        self._status = status
        self._points.put(None)
        self._thread.join(CLOSING_SECONDS)

    def _run(self, openers: Sequence[Callable[[], Target]]) -> None:
        for opener in openers:
            with self._without_harm():
                self._targets.append(opener())
        opened, over = tuple(self._targets), False
        while not over:
            points, over = self._collect()
            for target in tuple(self._targets) if points else ():
                with self._without_harm(target):
                    target.write(points)
        for target in opened:  # also one that a write of was lost
            with self._without_harm():
                target.close(self._status)

    def _collect(self) -> tuple[list[Point], bool]:
        """What comes within a while from the first point on, and whether that is all."""
        found: list[Point] = []
        until = None
        while True:
            left = None if until is None else max(0.0, until - time.monotonic())
            try:
                point = self._points.get(timeout=left)
            except queue.Empty:
                return found, False
            if point is None:
                return found, True
            found.append(point)
            until = until or time.monotonic() + self._every_seconds

    @contextmanager
    def _without_harm(self, target: Target | None = None) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            logging.getLogger(__name__).warning("The training is not followed any more: %s", error)
            if target:
                self._targets.remove(target)
