"""What the journal says of a candidate before it is judged: the anchor, and how often it was tried since a release."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from daybreak.records import JournalEntry, Move, Standing


class Anchor(NamedTuple):
    """The version that is the anchor, the release set of the last release ("" for test rows), and how many so far."""

    version: int
    release_set: str
    comparisons: int = 0


def standing(
    moves: Sequence[Move], entries: Iterable[JournalEntry], *, sha256: str, data_digest: str, release_set: str
) -> Standing:
    """What a candidate, the model `sha256` judged on that data, stands before; `moves` and `entries` oldest first.

    A model that is champion, or was withdrawn from the present one, stands where it stood when it was released: so the
    same night gives the same answer again. The same model on the same data is one attempt, however often it is judged.
    """
    done = [move for move in moves if move.outcome == "done"]
    arrived = arrival(done, sha256)
    before = done[: done.index(arrived)] if arrived else done
    found, champion = anchor(before), before[-1].to_version if before else None
    if champion is None or found is None:
        return Standing()
    return Standing(
        attempt=_attempt(tries(_until(arrived, entries)), sha256, data_digest),
        comparison=found.comparisons + 1,
        anchor_version=found.version if found.version != champion else None,
        rows_before=found.release_set if found.release_set != release_set else None,
    )


def anchor(done: Iterable[Move]) -> Anchor | None:
    """The anchor after moves that were done, oldest first; None without a champion.

    A rollback brings back the anchor that there was when its version came. A new release set leaves it where it is:
    it answers the new rows too, so small losses cannot add up by way of other rows.
    """
    after: dict[int, Anchor] = {}
    found: Anchor | None = None
    for move in done:
        if move.to_version is None:
            continue
        if move.kind == "rollback":
            found = after.get(move.to_version, Anchor(move.to_version, move.release_set))
        elif comes_forward(move):
            found = _after(found, move)
            after[move.to_version] = found
    return found


def tries(entries: Iterable[JournalEntry]) -> list[dict[str, Any]]:
    """Candidates that were judged since the last release, in order: `model_sha256` and `data_digest` of each."""
    found: list[dict[str, Any]] = []
    for entry in entries:
        if entry.event == "judged":
            found.append(entry.facts)
        elif entry.facts["outcome"] == "done" and entry.facts["kind"] != "rollback":
            found = found if entry.facts["from_version"] == entry.facts["to_version"] else []
    return found


def comes_forward(move: Move) -> bool:
    """Whether a move made another model champion, neither by a rollback nor by putting the alias back."""
    return move.kind != "rollback" and move.from_version != move.to_version


def _after(found: Anchor | None, move: Move) -> Anchor:
    assert move.to_version is not None  # noqa: S101 - for the type: such moves were passed over
    own = Anchor(move.to_version, move.release_set)
    if found is None or move.anchor != "kept" or move.from_version is None:
        return own
    return found._replace(release_set=move.release_set, comparisons=found.comparisons + 1)


def arrival(done: Sequence[Move], sha256: str) -> Move | None:
    """The move that released this model, if it is champion or was withdrawn for the one that it had replaced."""
    if not done:
        return None
    arrived = next((move for move in reversed(done) if move.model_sha256 == sha256 and comes_forward(move)), None)
    champion = done[-1].to_version
    return arrived if arrived and champion in (arrived.to_version, arrived.from_version) else None


def _until(arrived: Move | None, entries: Iterable[JournalEntry]) -> Iterator[JournalEntry]:
    for entry in entries:
        if arrived and entry.event == "move" and entry.facts["id"] == arrived.id:
            return
        yield entry


def _attempt(tried: list[dict[str, Any]], sha256: str, data_digest: str) -> int:
    own = {"model_sha256": sha256, "data_digest": data_digest}
    return tried.index(own) + 1 if own in tried else len(tried) + 1
