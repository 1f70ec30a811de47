"""One invocation of a night, whatever came of it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from daybreak.records.models import BaseRef
from daybreak.records.record import Record
from daybreak.records.verdicts import Verdict

# "judged" stands in a sealed dossier alone: what became of the candidate is not known yet.
Status = Literal["judged", "released", "refused", "held", "unchanged", "failed", "crashed", "cancelled"]


class RunModel(Record):
    """The model part of a run's record; `sha256` is that of the artifact that ships."""

    name: str
    version: int | None
    alias: str | None
    sha256: str


class RunRecord(Record):
    """What `daybreak runs show --json` prints: one invocation of retrain-and-release, whatever came of it.

    `notes` says what of the data waits for a person: a rollback that lasts, batches that were held aside. `dossier` is
    the SHA-256 that its dossier.json has to have.
    """

    run_id: str
    project: str
    status: Status
    released: bool
    started_at: datetime
    finished_at: datetime
    same_as: str | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    data_version: int | None = None
    data_digest: str | None = None
    rows: dict[str, int] = Field(default={})
    model: RunModel | None = None
    base: BaseRef | None = None
    metrics: dict[str, float] = Field(default={})
    verdicts: tuple[Verdict, ...] = ()
    timings: dict[str, float] = Field(default={})
    costs: dict[str, float] = Field(default={})
    reused: tuple[str, ...] = ()
    artifacts: dict[str, str] = Field(default={})
    mlflow: dict[str, str] = Field(default={})
    prefect: dict[str, str] = Field(default={})
    commit: str = ""
    params_digest: str = ""
    lock_digest: str = ""
    key: str = ""
    dossier: str = ""

    @property
    def denied(self) -> bool:
        """Whether a gate stands against the candidate, tonight or in the night that this one is the same as."""
        return self.status == "refused" or any(verdict.blocks for verdict in self.verdicts)
