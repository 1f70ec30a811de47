"""One invocation of the chain: the project it is for, its params and where its files go; and whose turn it is."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from daybreak import digests, locks, progress, projects
from daybreak.authority import Origin
from daybreak.params import Params, load_params
from daybreak.records import Project
from daybreak.settings import Settings, load_settings
from daybreak.steps import CACHE, Store
from daybreak.training.bases import base as bases

# Nights of the stack stand in line for as long as another one may take.
PATIENCE_SECONDS = 12 * 3600.0


@dataclass(frozen=True)
class Night:
    """Everything one invocation of the chain hangs on; opening it reads params.yaml and nothing else."""

    project: Project
    checkout: Path
    params: Params
    settings: Settings
    run_id: str
    started_at: datetime
    overrides: tuple[str, ...] = ()
    origin: Origin = "command"
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "store", Store(self.settings.steps(self.project)))

    @property
    def folder(self) -> Path:
        """Where this invocation's own files go: resolved params, dossier, record."""
        return self.settings.runs(self.project) / self.run_id

    @property
    def patience_seconds(self) -> float:
        """How long this night waits for another one's lock: somebody at a terminal wants an answer."""
        return self.settings.lock_wait_seconds if self.origin == "command" else PATIENCE_SECONDS

    @property
    def cache(self) -> Path:
        """Derived data that steps share, such as tokenised text."""
        return self.store.root / CACHE

    @property
    def lock_digest(self) -> str:
        """SHA-256 of the lock file the environment was installed from, "" where there is none."""
        lock = self.checkout / "requirements.lock"
        return digests.of_file(lock) if lock.is_file() else ""


def open_night(
    project: str | None,
    overrides: Sequence[str],
    start: Path,
    run_id: str | None = None,
    started_at: datetime | None = None,
    *,
    origin: Origin = "command",
) -> Night:
    """Find the project, read its params with `section.key=value` overrides and settle where state lives."""
    found = projects.find_project(project, start)
    checkout = projects.find_checkout(start)
    now = started_at or datetime.now(UTC)
    params, settings = load_params(found.params_file, overrides), load_settings(checkout)
    return Night(
        project=found,
        checkout=checkout,
        params=params.model_copy(update={"model": bases.on_hub(params.model, settings.model_hub)}),
        settings=settings,
        run_id=run_id or f"{now:%Y%m%d}-{secrets.token_hex(4)}",
        started_at=now,
        overrides=tuple(overrides),
        origin=origin,
    )


@contextmanager
def alone(night: Night) -> Iterator[locks.Held]:
    """Hold the project's lock: one night or preparation at a time, since all of them work in the same data folder.

    Raises Busy, naming the holder, after a bounded wait.
    """
    lock = night.settings.locks() / f"{night.project.name}.lock"
    waiting = partial(progress.report, "start", 0.0)
    with locks.hold(lock, night.patience_seconds, f"a night of project {night.project.name}", waiting) as held:
        yield held


@contextmanager
def accelerator(night: Night) -> Iterator[None]:
    """Stand in the machine's one queue for its GPU (or, without one, its cores): one project trains at a time.

    A lock of the system and not a slot of Prefect's, because nobody has to give it back after a kill -9.
    """
    lock = night.settings.locks() / "machine" / "accelerator.lock"  # a project may have any name, so not beside theirs
    waiting = partial(progress.report, "start", 0.0)
    with locks.hold(lock, PATIENCE_SECONDS, f"training of project {night.project.name}", waiting):
        yield
