"""The tables of the ledger, and how their rows become records."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from daybreak import digests
from daybreak.ledger import artifacts
from daybreak.ledger.proposal import Proposal
from daybreak.records import Champion, JournalEntry, Move, MoveOutcome, RunRecord, Verdict


class Moment(TypeDecorator[datetime]):
    """A point in time: aware on both sides, stored in UTC (SQLite keeps no zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """Base of the ledger's tables."""

    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own declaration


class RunRow(Table):
    """One invocation of the night; `record` is the whole RunRecord, the other columns are what we search by."""

    __tablename__ = "runs"
    __table_args__ = (Index("runs_by_time", "project", "started_at"), Index("runs_by_key", "project", "key"))

    run_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    project: Mapped[str] = mapped_column(String(128))
    status: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    record: Mapped[dict[str, Any]]

    @classmethod
    def of(cls, record: RunRecord) -> "RunRow":
        return cls(
            run_id=record.run_id,
            project=record.project,
            status=record.status,
            key=record.key,
            started_at=record.started_at,
            finished_at=record.finished_at,
            record=record.model_dump(mode="json"),
        )

    def to_record(self) -> RunRecord:
        return RunRecord.model_validate(self.record)


class VerdictRow(Table):
    """One gate's verdict in one run, flat, so that years of nights can be asked in SQL."""

    __tablename__ = "verdicts"
    __table_args__ = (UniqueConstraint("run_id", "gate", name="one_verdict_a_gate"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.run_id", ondelete="CASCADE"))
    gate: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(16))
    mode: Mapped[str] = mapped_column(String(8))
    measured: Mapped[float | None]
    limit: Mapped[float | None]
    bound: Mapped[float | None]
    samples: Mapped[int]
    reason: Mapped[str]

    @classmethod
    def of(cls, run_id: str, verdict: Verdict) -> "VerdictRow":
        return cls(run_id=run_id, **verdict.model_dump(mode="json", include=set(_VERDICT_COLUMNS)))


_VERDICT_COLUMNS = ("gate", "outcome", "mode", "measured", "limit", "bound", "samples", "reason")


class MoveRow(Table):
    """A move of the champion. What was settled never changes; of a pending row only `outcome` and the two below it do.

    `artifact` holds paths below Daybreak's home relative to it, hence the `home` that some methods ask for.
    """

    __tablename__ = "moves"
    __table_args__ = (Index("moves_by_project", "project", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(256))
    kind: Mapped[str] = mapped_column(String(16))
    from_version: Mapped[int | None]
    to_version: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(16))
    duration_ms: Mapped[float | None]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str]
    run_id: Mapped[str] = mapped_column(String(64))
    data_version: Mapped[int]
    commit: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[str] = mapped_column(String(64))
    model_sha256: Mapped[str] = mapped_column(String(64))
    weights_sha256: Mapped[str] = mapped_column(String(64))
    params_digest: Mapped[str] = mapped_column(String(64))
    anchor: Mapped[str] = mapped_column(String(8))
    release_set: Mapped[str] = mapped_column(String(64))
    artifact: Mapped[dict[str, Any]]

    @classmethod
    def of(
        cls, project: str, proposal: Proposal, from_version: int | None, outcome: MoveOutcome, home: Path | None = None
    ) -> "MoveRow":
        return cls(
            project=project,
            at=datetime.now(UTC),
            from_version=from_version,
            outcome=outcome,
            model_sha256=proposal.artifact.sha256,
            artifact=artifacts.to_stored(proposal.artifact, home),
            **proposal.model_dump(exclude={"artifact"}),
        )

    def to_record(self) -> Move:
        return Move.model_validate({name: getattr(self, name) for name in Move.model_fields})

    def to_champion(self, home: Path | None) -> Champion:
        return Champion.model_validate(
            {
                "version": self.to_version,
                "sha256": self.model_sha256,
                "artifact": artifacts.to_record(self.artifact, home),
                "run_id": self.run_id,
                "data_version": self.data_version,
                "at": self.at,
                "weights_sha256": self.weights_sha256,
            }
        )

    def to_proposal(self, home: Path | None) -> Proposal:
        """The proposal that this move came of."""
        named = {name: getattr(self, name) for name in Proposal.model_fields if name != "artifact"}
        return Proposal.model_validate({**named, "artifact": artifacts.to_record(self.artifact, home)})

    def facts(self) -> dict[str, Any]:
        """What the journal seals of a settled move: every column, the artifact by its digest."""
        named = {name: getattr(self, name) for name in ("project", *Move.model_fields)}
        plain = {name: each.isoformat() if isinstance(each, datetime) else each for name, each in named.items()}
        return {**plain, "artifact": digests.of_value(self.artifact)}


class JournalRow(Table):
    """One link of a project's hash chain; no statement changes or deletes it."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("project", "number", name="one_row_a_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(128))
    number: Mapped[int]
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(16))
    facts: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    def to_record(self) -> JournalEntry:
        return JournalEntry.model_validate({name: getattr(self, name) for name in JournalEntry.model_fields})
