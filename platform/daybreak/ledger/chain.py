"""The hash-chained journal of a project: every event that concerns its champion, each row sealing the one before."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from daybreak.ledger.proposal import Proposal
from daybreak.ledger.tables import JournalRow, MoveRow
from daybreak.records import Hold, JournalEntry

Event = Literal["move", "hold_set", "hold_lifted", "alias_removed", "approval", "loaded", "judged", "dossier"]


def append(session: Session, project: str, event: Event, facts: Mapping[str, Any]) -> JournalEntry:
    """Add a row to the end of the project's chain; the caller holds the project's write lock."""
    last = session.scalars(_rows(project).order_by(JournalRow.number.desc()).limit(1)).first()
    entry = JournalEntry(
        project=project,
        number=last.number + 1 if last else 1,
        at=datetime.now(UTC),
        event=event,
        facts=dict(facts),
        previous=last.digest if last else "",
    ).sealed()
    session.add(JournalRow(**dict(entry)))
    session.flush()
    return entry


def entries(session: Session, project: str, *events: Event) -> list[JournalEntry]:
    """The project's rows, oldest first; only those of some events if any are named."""
    question = _rows(project).order_by(JournalRow.number)
    if events:
        question = question.where(JournalRow.event.in_(events))
    return [row.to_record() for row in session.scalars(question)]


def holds(session: Session, project: str) -> list[Hold]:
    """What is on hold, newest first."""
    found: dict[int, Hold] = {}
    for entry in entries(session, project, "hold_set", "hold_lifted"):
        if entry.event == "hold_set":
            found[entry.number] = Hold(number=entry.number, at=entry.at, **entry.facts)
        else:
            found.pop(entry.facts["hold"], None)
    return list(reversed(found.values()))


def likeness(hold: Hold, proposal: Proposal) -> str | None:
    """In which way a proposal is like what was withdrawn, None if it is not."""
    if proposal.to_version == hold.version or proposal.artifact.sha256 == hold.model_sha256:
        return "it is that model"
    if proposal.weights_sha256 and proposal.weights_sha256 == hold.weights_sha256:
        return "it has the same weights"
    made_of = (proposal.data_version, proposal.params_digest)
    if proposal.params_digest and made_of == (hold.data_version, hold.params_digest):
        return f"it comes from the same data version {hold.data_version} and the same params"
    return None


def first_fault(session: Session, project: str) -> str | None:
    """What is wrong with the chain at its first broken row, None if it holds and tells of every settled move."""
    chain = entries(session, project)
    moves = session.scalars(select(MoveRow).where(MoveRow.project == project).order_by(MoveRow.id)).all()
    return broken_link(chain) or _unlike(chain, moves)


def broken_link(chain: Sequence[JournalEntry]) -> str | None:
    """What is wrong with the first row that is missing, altered or out of line; None for a sound chain."""
    previous = ""
    for number, entry in enumerate(chain, 1):
        if entry.number != number:
            return f"row {number} is missing"
        if entry.previous != previous:
            return f"row {number} does not follow from row {number - 1}"
        if entry.sealed().digest != entry.digest:
            return f"row {number} ({entry.event} of {entry.at:%Y-%m-%d %H:%M} UTC) was altered"
        previous = entry.digest
    return None


def _unlike(chain: Sequence[JournalEntry], moves: Sequence[MoveRow]) -> str | None:
    sealed = {entry.facts["id"]: entry for entry in chain if entry.event == "move"}
    for move in moves:
        entry = sealed.pop(move.id, None)
        if entry is None and move.outcome != "pending":
            return f"move {move.id} is not in the chain"
        if entry and any(move.facts().get(name) != told for name, told in entry.facts.items()):
            return f"move {move.id} is not what row {entry.number} says"
    gone = next(iter(sealed.values()), None)
    return f"move {gone.facts['id']} of row {gone.number} is gone" if gone else None


def _rows(project: str) -> Select[tuple[JournalRow]]:
    return select(JournalRow).where(JournalRow.project == project)
