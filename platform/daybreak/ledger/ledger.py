"""The ledger: what ran, what the gates said, and every move of the champion."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Select, delete, select

from daybreak.errors import BadInput
from daybreak.ledger import anchoring, chain, copying, moves
from daybreak.ledger.database import Database
from daybreak.ledger.proposal import Proposal
from daybreak.ledger.tables import MoveRow, RunRow, VerdictRow
from daybreak.records import Champion, Hold, JournalEntry, Move, RunRecord, Standing

# A night that ended in one of these did all its work, or found it done; the rest broke off.
_WHOLE = ("released", "refused", "held", "unchanged")


class Ledger:
    """Opens (and migrates) the ledger at a database URL; one instance serves any number of threads.

    Every method raises Busy, naming the file, when another process holds the database for longer than
    `wait_seconds`. All times are aware and in UTC. Files below `home` are kept by their path in it.
    """

    def __init__(self, url: str, wait_seconds: float = 10.0, home: Path | None = None) -> None:
        self._database = Database(url, wait_seconds, home)
        self._home = home

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

    # Moves of the champion

    def champion(self, project: str, at: datetime | None = None) -> Champion | None:
        """The released model: where the latest move that was done leads to; None before the first release.

        With `at`, the one of that moment. Raises BadInput for a time without a zone.
        """
        with self._database.read() as session:
            row = moves.latest_done(session, project, at)
            return row.to_champion(self._home) if row else None

    def predecessor(self, project: str) -> Champion | None:
        """The champion before the present one: what the present one was judged against when it was released."""
        with self._database.read() as session:
            row = moves.latest_done(session, project)
            arrived = (
                moves.newest_to(session, project, row.to_version, moves.WAS_DONE, moves.CAME_FORWARD) if row else None
            )
            before = moves.newest_to(session, project, arrived.from_version, moves.WAS_DONE) if arrived else None
            return before.to_champion(self._home) if before else None

    def released(self, project: str, version: int) -> Champion | None:
        """A model that was champion once, by its version."""
        with self._database.read() as session:
            row = moves.newest_to(session, project, version, moves.WAS_DONE)
            return row.to_champion(self._home) if row else None

    def standing(self, project: str, *, sha256: str, data_digest: str, release_set: str) -> Standing:
        """Anchor and attempt of a candidate, the model `sha256` judged on that data; see `anchoring.standing`."""
        with self._database.read() as session:
            rows = session.scalars(moves.of_project(project, moves.WAS_DONE))
            done = [row.to_record() for row in rows][::-1]
            judged = chain.entries(session, project, "move", "judged")
        return anchoring.standing(done, judged, sha256=sha256, data_digest=data_digest, release_set=release_set)

    def note_attempt(self, project: str, *, sha256: str, data_digest: str) -> None:
        """Count a candidate that is about to be judged: once since a release.

        Never the champion itself, nor one that was withdrawn for it: nothing new is tried by judging it again.
        """
        tried = {"model_sha256": sha256, "data_digest": data_digest}
        with self._database.write(project) as session:
            rows = session.scalars(moves.of_project(project, moves.WAS_DONE))
            if anchoring.arrival([row.to_record() for row in rows][::-1], sha256):
                return
            if tried not in anchoring.tries(chain.entries(session, project, "move", "judged")):
                chain.append(session, project, "judged", tried)

    def history(self, project: str, at: datetime | None = None) -> list[Move]:
        """Every move and attempted move, newest first; with `at`, those begun up to that moment.

        Raises BadInput for a time without a zone.
        """
        question = select(MoveRow).where(MoveRow.project == project).order_by(MoveRow.id.desc())
        if at is not None:
            question = question.where(MoveRow.at <= moves.with_zone(at))
        with self._database.read() as session:
            return [row.to_record() for row in session.scalars(question)]

    def offered(self, project: str, version: int, *, released: bool = False) -> Proposal | None:
        """What was last proposed about a version, with its files; with `released`, only if it was champion once."""
        with self._database.read() as session:
            row = moves.newest_to(session, project, version, *([moves.WAS_DONE] if released else []))
            return row.to_proposal(self._home) if row else None

    def pending(self, project: str) -> Move | None:
        """The move that was begun and not settled, if there is one: a process is at it, or died over it."""
        with self._database.read() as session:
            row = moves.pending(session, project)
            return row.to_record() if row else None

    def begin_move(
        self, project: str, proposal: Proposal, expected_from: int | None, *, despite_holds: bool = False
    ) -> Move:
        """Compare and set: write the pending row if the champion is still `expected_from` and nobody else is moving it.

        The row is `held`, and settled, if a hold covers the proposal, unless that is not to matter. Raises LostRace if
        the champion or a rival is in the way; the attempt stays in the journal as `lost_race`.
        """
        with self._database.write(project) as session:
            row = moves.latest_done(session, project)
            current = row.to_version if row else None
            rival = moves.pending(session, project)
            lost = rival is not None or current != expected_from
            attempt = MoveRow.of(project, proposal, expected_from, "lost_race" if lost else "pending", self._home)
            if not lost and not despite_holds and (why := moves.why_held(session, project, proposal)):
                attempt.outcome, attempt.reason = "held", why
            written = moves.add(session, attempt)
        if lost:
            raise moves.lost(proposal, expected_from, current, rival)
        return written

    @contextmanager
    def settle(self, project: str) -> Iterator[moves.Settlement | None]:
        """The pending move under the write lock, None if there is none. Left unfinished, it stays pending."""
        with self._database.write(project) as session:
            row = moves.pending(session, project)
            yield moves.Settlement(session, row) if row else None

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
            return moves.add(session, MoveRow.of(project, proposal, from_version, "refused", self._home))

    # The journal

    def journal(self, project: str) -> list[JournalEntry]:
        """Every event about the project's champion, oldest first."""
        with self._database.read() as session:
            return chain.entries(session, project)

    def verify(self, project: str) -> str | None:
        """What is wrong with the journal, naming the first broken row; None if every hash and every move holds."""
        with self._database.read() as session:
            return chain.first_fault(session, project)

    def holds(self, project: str) -> tuple[Hold, ...]:
        """What rollbacks put on hold and nobody lifted yet, newest first."""
        with self._database.read() as session:
            return tuple(chain.holds(session, project))

    def lift_holds(self, project: str, *, actor: str, reason: str) -> tuple[Hold, ...]:
        """Lift every hold of the project, and give them."""
        with self._database.write(project) as session:
            lifted = chain.holds(session, project)
            for hold in lifted:
                chain.append(session, project, "hold_lifted", {"hold": hold.number, "actor": actor, "reason": reason})
            return tuple(lifted)

    def record_approval(
        self, project: str, *, run_id: str, version: int | None, approved: bool, actor: str, reason: str
    ) -> JournalEntry:
        """Keep what a person decided about a candidate."""
        facts = {"run_id": run_id, "version": version, "approved": approved, "actor": actor, "reason": reason}
        return self.note(project, "approval", facts)

    def seal_dossier(self, project: str, *, run_id: str, judgement: str, digest: str) -> JournalEntry:
        """Keep under which digest the dossier of a judgement was written: what is released later must show that one."""
        return self.note(project, "dossier", {"run_id": run_id, "judgement": judgement, "digest": digest})

    def sealed_dossier(self, project: str, run_id: str, judgement: str) -> str:
        """The digest of the dossier that a run last sealed with that judgement, "" if it sealed none.

        Of nights from before dossiers stood in the journal, the run's record says it.
        """
        asked = {"run_id": run_id, "judgement": judgement}
        with self._database.read() as session:
            told = [
                each.facts for each in chain.entries(session, project, "dossier") if asked.items() <= each.facts.items()
            ]
            row = session.get(RunRow, run_id)
        if told:
            return str(told[-1]["digest"])
        known = row.to_record() if row and row.project == project else None
        return known.dossier if known and known.key == judgement else ""

    def export_journal(self, project: str, path: Path) -> Path:
        """Bring a copy of the journal up to date, as JSON Lines.

        Raises ReleaseError, and leaves the copy as it is, if it holds a row that the journal lost or changed.
        """
        return copying.copy(self.journal(project), path)

    def note(self, project: str, event: chain.Event, facts: Mapping[str, Any]) -> JournalEntry:
        """Add an event to the project's journal."""
        with self._database.write(project) as session:
            return chain.append(session, project, event, facts)

    def loads(self, project: str, at: datetime | None = None) -> list[JournalEntry]:
        """What each folder of each host loaded last, up to the moment `at`."""
        until = moves.with_zone(at) if at else datetime.now(UTC)
        with self._database.read() as session:
            loaded = [each for each in chain.entries(session, project, "loaded") if each.at <= until]
        return list({(each.facts["host"], each.facts["folder"]): each for each in loaded}.values())


def _newest_runs(project: str) -> Select[tuple[RunRow]]:
    return select(RunRow).where(RunRow.project == project).order_by(RunRow.started_at.desc(), RunRow.run_id.desc())
