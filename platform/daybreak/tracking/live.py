"""What a night does while it does it, in MLflow and wherever else it is wanted, by a thread of its own."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from daybreak.records import Project, Trial
from daybreak.tracking.runs import FOLLOWED_TAG, Tracker
from daybreak.tracking.targets import Point, RunStatus, Target, open_target

T = TypeVar("T")

EVERY_SECONDS = 5.0
"""Points are handed on together: each request to MLflow takes time from the training."""
CLOSING_SECONDS = 60.0

# What is worth a curve, and the step it was at.
Watch = Callable[[Mapping[str, float], int], None]
# A trial that is over.
Show = Callable[[Trial], None]


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
    with _to_its_end(Following(openers)) as following:
        yield lambda values, step: following.add(Point(step, dict(values), time.time()))


@contextmanager
def showing_trials(url: str, artifacts: Path, project: Project, night: str, metric: str) -> Iterator[Show]:
    """Within this block, each trial that the yielded function is told of gets a run below that of the night.

    As with `followed`, no sweep is lost by what cannot be written.
    """
    with _to_its_end(Following([partial(_trials_in_mlflow, url, artifacts, project, night, metric)])) as following:
        yield following.add


@contextmanager
def _to_its_end(following: "Following[T]") -> Iterator["Following[T]"]:
    try:
        yield following
    except BaseException as error:
        following.close("FAILED" if isinstance(error, Exception) else "KILLED")
        raise
    following.close("FINISHED")


def in_mlflow(url: str, artifacts: Path, project: Project, night: str) -> Target[Point]:
    """The run of the night, which is found again when the night is tracked."""
    tracker, run_id = _open(url, artifacts, project, night)
    known = tracker.known(run_id)
    return Target(lambda points: tracker.log_points(run_id, points, known), partial(tracker.finish, run_id))


def _trials_in_mlflow(url: str, artifacts: Path, project: Project, night: str, metric: str) -> Target[Trial]:
    tracker, run_id = _open(url, artifacts, project, night)

    def write(trials: Sequence[Trial]) -> None:
        for trial in trials:
            tracker.log_trial(run_id, metric, trial)

    return Target(write, partial(tracker.finish, run_id))


def _open(url: str, artifacts: Path, project: Project, night: str) -> tuple[Tracker, str]:
    tracker = Tracker(url, artifacts, project)
    return tracker, tracker.open(night, {"project": project.name, FOLLOWED_TAG: "true"})


class Following(Generic[T]):
    """Points or trials on their way to the targets, which are opened in the thread: their imports take seconds."""

    def __init__(self, openers: Sequence[Callable[[], Target[T]]], every_seconds: float | None = None) -> None:
        self._waiting: queue.Queue[T | None] = queue.Queue()
        self._every_seconds = EVERY_SECONDS if every_seconds is None else every_seconds
        self._status: RunStatus = "FINISHED"
        self._targets: list[Target[T]] = []
        self._thread = threading.Thread(target=self._run, args=(openers,), name="following", daemon=True)
        self._thread.start()

    def add(self, item: T) -> None:
        """Hand it on; returns at once."""
        self._waiting.put(item)

    def close(self, status: RunStatus) -> None:
        """Hand on what is left and close the targets; one that hangs is waited for no longer than a minute."""
        self._status = status
        self._waiting.put(None)
        self._thread.join(CLOSING_SECONDS)

    def _run(self, openers: Sequence[Callable[[], Target[T]]]) -> None:
        for opener in openers:
            with self._without_harm():
                self._targets.append(opener())
        opened, over = tuple(self._targets), False
        while not over:
            items, over = self._collect()
            for target in tuple(self._targets) if items else ():
                with self._without_harm(target):
                    target.write(items)
        for target in opened:  # also one that a write of was lost
            with self._without_harm():
                target.close(self._status)

    def _collect(self) -> tuple[list[T], bool]:
        """What comes within a while from the first on, and whether that is all."""
        found: list[T] = []
        until = None
        while True:
            left = None if until is None else max(0.0, until - time.monotonic())
            try:
                item = self._waiting.get(timeout=left)
            except queue.Empty:
                return found, False
            if item is None:
                return found, True
            found.append(item)
            until = until or time.monotonic() + self._every_seconds

    @contextmanager
    def _without_harm(self, target: Target[T] | None = None) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            logging.getLogger(__name__).warning("The work goes on, but is not followed any more: %s", error)
            if target:
                self._targets.remove(target)
