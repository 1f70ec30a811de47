"""The tables of the ledger, and how their rows become records."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from daybreak.ledger.proposal import Proposal
from daybreak.records import ArtifactRef, Champion, Move, RunRecord, Verdict


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
    """One row of the release journal. Only `outcome` and `duration_ms` of a pending row ever change."""

    __tablename__ = "moves"
    __table_args__ = (Index("moves_by_project", "project", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(256))
    from_version: Mapped[int | None]
    to_version: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    run_id: Mapped[str] = mapped_column(String(64))
    data_version: Mapped[int]
    commit: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[str] = mapped_column(String(64))
    model_sha256: Mapped[str] = mapped_column(String(64))
    artifact: Mapped[dict[str, Any]]
    duration_ms: Mapped[float | None]

    @classmethod
    def of(cls, project: str, proposal: Proposal, *, from_version: int | None, outcome: str) -> "MoveRow":
        return cls(
            project=project,
            at=datetime.now(UTC),
            from_version=from_version,
            outcome=outcome,
            model_sha256=proposal.artifact.sha256,
            artifact=proposal.artifact.model_dump(mode="json"),
            **proposal.model_dump(exclude={"artifact"}),
        )

    def to_record(self) -> Move:
        return Move.model_validate({name: getattr(self, name) for name in Move.model_fields})

    def to_champion(self) -> Champion:
        return Champion.model_validate(
            {
                "version": self.to_version,
                "sha256": self.model_sha256,
                "artifact": ArtifactRef.model_validate(self.artifact),
                "run_id": self.run_id,
                "data_version": self.data_version,
                "at": self.at,
            }
        )
