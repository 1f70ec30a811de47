"""Moves of the champion as rows: which is the latest, how one is settled, and why one is held or lost."""

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from daybreak.errors import BadInput, LostRace
from daybreak.ledger import chain
from daybreak.ledger.proposal import Proposal
from daybreak.ledger.tables import MoveRow
from daybreak.records import Move

Settled = Literal["done", "undone"]

WAS_DONE = MoveRow.outcome == "done"
# Neither a rollback nor an alias put back: such a move tells nothing of what a model was judged against.
CAME_FORWARD = (MoveRow.kind != "rollback") & or_(
    MoveRow.from_version.is_(None), MoveRow.from_version != MoveRow.to_version
)


class Settlement:
    """A pending move under the lock: exactly one process may decide what becomes of it."""

    def __init__(self, session: Session, row: MoveRow) -> None:
        self._session = session
        self._row = row

    @property
    def move(self) -> Move:
        return self._row.to_record()

    def finish(self, outcome: Settled, duration_ms: float | None = None) -> Move:
        """Close the move for good; a rollback that was done sets its hold with it."""
        self._row.outcome = outcome
        self._row.duration_ms = duration_ms
        self._row.settled_at = datetime.now(UTC)
        chain.append(self._session, self._row.project, "move", self._row.facts())
        if outcome == "done" and self._row.kind == "rollback":
            chain.append(self._session, self._row.project, "hold_set", self._hold())
        return self.move

    def _hold(self) -> dict[str, Any]:
        withdrawn = newest_to(self._session, self._row.project, self._row.from_version, WAS_DONE)
        if withdrawn is None:
            raise BadInput(f"version {self._row.from_version} was never champion", "a champion to withdraw")
        names = ("model_sha256", "weights_sha256", "data_version", "params_digest")
        return {
            "actor": self._row.actor,
            "reason": self._row.reason,
            "version": withdrawn.to_version,
            **{name: getattr(withdrawn, name) for name in names},
        }


def latest_done(session: Session, project: str, at: datetime | None = None) -> MoveRow | None:
    settled = [] if at is None else [MoveRow.settled_at <= with_zone(at)]
    return session.scalars(of_project(project, WAS_DONE, *settled).limit(1)).first()


def pending(session: Session, project: str) -> MoveRow | None:
    return session.scalars(of_project(project, MoveRow.outcome == "pending").limit(1)).first()


def newest_to(session: Session, project: str, version: int | None, *conditions: ColumnElement[bool]) -> MoveRow | None:
    return session.scalars(of_project(project, MoveRow.to_version == version, *conditions).limit(1)).first()


def of_project(project: str, *conditions: ColumnElement[bool]) -> Select[tuple[MoveRow]]:
    """Moves of a project, newest first."""
    return select(MoveRow).where(MoveRow.project == project, *conditions).order_by(MoveRow.id.desc())


def add(session: Session, attempt: MoveRow) -> Move:
    """Write a move; one that is settled from the start enters the chain at once."""
    settled = attempt.outcome != "pending"
    attempt.settled_at = datetime.now(UTC) if settled else None
    session.add(attempt)
    session.flush()
    if settled:
        chain.append(session, attempt.project, "move", attempt.facts())
    return attempt.to_record()


def why_held(session: Session, project: str, proposal: Proposal) -> str | None:
    for hold in chain.holds(session, project):
        if likeness := chain.likeness(hold, proposal):
            return (
                f"{hold.actor} withdrew version {hold.version} on {hold.at:%Y-%m-%d %H:%M} UTC ({hold.reason}), and "
                f"{likeness}; lift the hold with daybreak model unhold --by NAME --reason TEXT"
            )
    return None


def with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise BadInput(f"{moment.isoformat()} has no time zone", "a time such as 2026-11-20T08:00+08:00")
    return moment


def lost(proposal: Proposal, expected: int | None, current: int | None, rival: MoveRow | None) -> LostRace:
    if rival is not None:
        return LostRace(
            f"version {proposal.to_version} did not become champion: {rival.actor} is moving the champion to version "
            f"{rival.to_version} (journal row {rival.id})",
            "to be alone",
            "Run the command again",
        )
    if proposal.kind == "rollback":
        return LostRace(
            f"nothing was rolled back: the champion is {_named(current)}",
            f"{_named(expected)}",
            "See daybreak model history, and run the command again if it is still needed",
        )
    return LostRace(
        f"version {proposal.to_version} was not released: the champion is {_named(current)}",
        f"{_named(expected)}, which the candidate was judged against",
        "Run again: the candidate is then judged against today's champion",
    )


def _named(version: int | None) -> str:
    return "no model yet" if version is None else f"version {version}"
