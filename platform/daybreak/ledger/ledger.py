"""The ledger: what ran, what the gates said, and every move of the champion."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from daybreak.errors import BadInput, LostRace
from daybreak.ledger.database import Database
from daybreak.ledger.proposal import Proposal
from daybreak.ledger.tables import MoveRow, RunRow, VerdictRow
from daybreak.records import Champion, Move, RunRecord

Settled = Literal["done", "undone"]
# A night that ended in one of these did all its work, or found it done; the rest broke off.
_WHOLE = ("released", "refused", "held", "unchanged")


class Settlement:
    """A pending move under the lock: exactly one process may decide what becomes of it."""

    def __init__(self, row: MoveRow) -> None:
        self._row = row

    @property
    def move(self) -> Move:
        return self._row.to_record()

    @property
    def candidate(self) -> Champion:
        """What the move leads to, as the champion it will be."""
        return self._row.to_champion()

    def finish(self, outcome: Settled, duration_ms: float | None = None) -> Move:
        """Close the move for good."""
        self._row.outcome = outcome
        self._row.duration_ms = duration_ms
        return self.move


class Ledger:
    """Opens (and migrates) the ledger at a database URL; one instance serves any number of threads.

    Every method raises Busy, naming the file, when another process holds the database for longer than
    `wait_seconds`. All times are aware and in UTC.
    """

    def __init__(self, url: str, wait_seconds: float = 10.0) -> None:
        self._database = Database(url, wait_seconds)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    # Runs

    def record_run(self, record: RunRecord) -> None:
        """Keep a run with its verdicts. The same run again replaces itself: its last word counts.

        But what broke off never replaces what was whole: a night that released and then broke has released.
        """
        with self._database.write(record.project) as session:
            earlier = session.get(RunRow, record.run_id)
            if earlier and earlier.status in _WHOLE and record.status not in _WHOLE:
                return
            session.execute(delete(VerdictRow).where(VerdictRow.run_id == record.run_id))
            session.merge(RunRow.of(record))
            session.flush()
            session.add_all(VerdictRow.of(record.run_id, verdict) for verdict in record.verdicts)

    def runs(self, project: str, limit: int = 20) -> list[RunRecord]:
        """The latest runs, newest first."""
        with self._database.read() as session:
            rows = session.scalars(_newest_runs(project).limit(limit))
            return [row.to_record() for row in rows]

    def run(self, project: str, run_id: str | None = None) -> RunRecord | None:
        """One run, by its id or by a beginning of it that fits no other; the latest without one; None if there is none.

        Raises BadInput when several runs begin so.
        """
        question = _newest_runs(project)
        if run_id is not None:
            question = question.where(RunRow.run_id.startswith(run_id, autoescape=True))
        with self._database.read() as session:
            rows = session.scalars(question.limit(2)).all()
            exact = [row for row in rows if row.run_id == run_id]
            if run_id is not None and len(rows) > 1 and not exact:
                raise BadInput(f"run {run_id} fits several runs", "a longer beginning of one", "See daybreak runs list")
            return next((row.to_record() for row in exact or rows), None)

    def last_with_key(self, project: str, key: str) -> RunRecord | None:
        """The latest run of that key that did all its work or found it done, whatever broke off since."""
        question = _newest_runs(project).where(RunRow.key == key, RunRow.status.in_(_WHOLE))
        with self._database.read() as session:
            row = session.scalars(question.limit(1)).first()
            return row.to_record() if row else None

    # The release journal

    def champion(self, project: str) -> Champion | None:
        """The released model: where the latest move that was done leads to; None before the first release."""
        with self._database.read() as session:
            row = _latest_done(session, project)
            return row.to_champion() if row else None

    def predecessor(self, project: str) -> Champion | None:
        """The champion before the present one: what the present one was judged against when it was released."""
        with self._database.read() as session:
            row = _latest_done(session, project)
            if row is None or row.from_version is None:
                return None
            question = _moves(project, "done").where(MoveRow.to_version == row.from_version)
            before = session.scalars(question.limit(1)).first()
            return before.to_champion() if before else None

    def history(self, project: str, at: datetime | None = None) -> list[Move]:
        """Every move and attempted move, newest first; with `at`, those up to that moment.

        Raises BadInput for a time without a zone.
        """
        if at is not None and at.tzinfo is None:
            raise BadInput(f"{at.isoformat()} has no time zone", "a time such as 2026-11-20T08:00+08:00")
        question = select(MoveRow).where(MoveRow.project == project).order_by(MoveRow.id.desc())
        if at is not None:
            question = question.where(MoveRow.at <= at)
        with self._database.read() as session:
            return [row.to_record() for row in session.scalars(question)]

    def pending(self, project: str) -> Move | None:
        """The move that was begun and not settled, if there is one: a process is at it, or died over it."""
        with self._database.read() as session:
            row = _pending(session, project)
            return row.to_record() if row else None

    def begin_move(self, project: str, proposal: Proposal, expected_from: int | None) -> Move:
        """Compare and set: write the pending row if the champion is still `expected_from` and nobody else is moving it.

        Raises LostRace otherwise; the attempt stays in the journal as `lost_race`.
        """
        with self._database.write(project) as session:
            row = _latest_done(session, project)
            current = row.to_version if row else None
            rival = _pending(session, project)
            lost = rival is not None or current != expected_from
            attempt = MoveRow.of(
                project, proposal, from_version=expected_from, outcome="lost_race" if lost else "pending"
            )
            session.add(attempt)
            session.flush()
            begun = attempt.to_record()
        if lost:
            raise _lost(proposal, expected_from, current, rival)
        return begun

    @contextmanager
    def settle(self, project: str) -> Iterator[Settlement | None]:
        """The pending move under the write lock, None if there is none. Left unfinished, it stays pending."""
        with self._database.write(project) as session:
            row = _pending(session, project)
            yield Settlement(row) if row else None

    def move(self, project: str, move_id: int) -> Move:
        """One row of the journal. Raises BadInput if this project has none of that number."""
        question = select(MoveRow).where(MoveRow.project == project, MoveRow.id == move_id)
        with self._database.read() as session:
            row = session.scalars(question).first()
            if row is None:
                raise BadInput(f"move {move_id} is not in the journal of {project}", "one of its rows")
            return row.to_record()

    def record_refusal(self, project: str, proposal: Proposal, from_version: int | None) -> Move:
        """Write that a proposal was refused, and why."""
        with self._database.write(project) as session:
            row = MoveRow.of(project, proposal, from_version=from_version, outcome="refused")
            session.add(row)
            session.flush()
            return row.to_record()


def _newest_runs(project: str) -> Select[tuple[RunRow]]:
    return select(RunRow).where(RunRow.project == project).order_by(RunRow.started_at.desc(), RunRow.run_id.desc())


def _latest_done(session: Session, project: str) -> MoveRow | None:
    return _latest(session, project, "done")


def _pending(session: Session, project: str) -> MoveRow | None:
    return _latest(session, project, "pending")


def _latest(session: Session, project: str, outcome: str) -> MoveRow | None:
    return session.scalars(_moves(project, outcome).limit(1)).first()


def _moves(project: str, outcome: str) -> Select[tuple[MoveRow]]:
    """Moves of one outcome, newest first."""
    question = select(MoveRow).where(MoveRow.project == project, MoveRow.outcome == outcome)
    return question.order_by(MoveRow.id.desc())


def _lost(proposal: Proposal, expected: int | None, current: int | None, rival: MoveRow | None) -> LostRace:
    if rival is not None:
        return LostRace(
            f"version {proposal.to_version} was not released: {rival.actor} is moving the champion to version "
            f"{rival.to_version} (journal row {rival.id})",
            "to be alone",
            "Run again: the candidate is then judged against the champion of that moment",
        )
    return LostRace(
        f"version {proposal.to_version} was not released: the champion is {_named(current)}",
        f"{_named(expected)}, which the candidate was judged against",
        "Run again: the candidate is then judged against today's champion",
    )


def _named(version: int | None) -> str:
    return "no model yet" if version is None else f"version {version}"
