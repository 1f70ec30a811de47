"""Incoming batches: files dropped into data/incoming/ are admitted or held aside, and a person has the last word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from daybreak.data import stage
from daybreak.data.admitting import admission, arrivals, batches, examination
from daybreak.data.admitting.arrivals import Arrival
from daybreak.data.admitting.batches import Book, Decision, Seen
from daybreak.data.admitting.examination import READABLE, Examined, origin_of
from daybreak.data.reading import sources
from daybreak.data.reading.sources import Batch
from daybreak.errors import DataError
from daybreak.records import Project

FEWEST_DIGITS = 6  # of a SHA-256 that names a batch
LIST = "See `daybreak data batches`"


def take_in(project: Project) -> tuple[Decision, ...]:
    """Look into the files that are new and complete, admit them or hold them aside; returns those newly held.

    What is admitted is copied into data/shards/, and `admission.admit` then lists it in data/sources.yaml. What cannot
    be read, or is not like the last version, stays where it is. Waits `admission.quiet_seconds` at most for a file that
    was written just now. Raises DataError for a damaged data/batches.json.
    """
    root = project.root
    found = [arrival for arrival, note in _undecided(root) if not note]
    if not found:
        return ()
    quiet = arrivals.quiet(found, stage.section(root, "admission").quiet_seconds)
    seen: dict[str, Seen] = {}
    known = _listed(root) | {each.key: each.batch for each in decisions(project)}
    examined = examination.examine(root, quiet, known, seen)
    made = [decision for each, decision in examined if decision.state == "held" or _stored(root, each, seen)]
    batches.change(root, lambda book: _noted(_present(book, root), seen, made))
    return tuple(decision for decision in made if decision.state == "held")


def waiting(project: Project) -> int:
    """Files in data/incoming/ that were not decided upon yet; unfinished ones count, held and excluded ones do not."""
    return len(_undecided(project.root))


def left(project: Project) -> list[dict[str, str]]:
    """The files that wait, as `file, reason`."""
    ready = "the next preparation looks into it"
    return [{"file": arrival.name, "reason": note or ready} for arrival, note in _undecided(project.root)]


def is_current(project: Project) -> bool:
    """Whether no complete file waits: known by sizes and times, in milliseconds."""
    return all(note for _arrival, note in _undecided(project.root))


def held(project: Project) -> tuple[Decision, ...]:
    """The batches held aside whose files still lie in data/incoming/, the oldest first."""
    return tuple(each for each in decisions(project) if each.state == "held")


def excluded(project: Project) -> tuple[Decision, ...]:
    """The batches that a person excluded, the oldest first."""
    return tuple(each for each in decisions(project) if each.state == "excluded")


def decisions(project: Project) -> tuple[Decision, ...]:
    """Every decision that stands, the oldest first."""
    return _present(batches.read(project.root), project.root).decisions


def listing(project: Project) -> list[dict[str, Any]]:
    """Every batch that is in or was decided upon, ready for JSON: a decision's fields, `state` "in" where none exists.

    What a decision admits is "admitted" from the next preparation on, as what it excludes is gone from then on.
    """
    found = {each.key: each.model_dump(mode="json") for each in decisions(project)}
    for key, batch in _listed(project.root).items():
        plain = batches.facts_of(batch) | {"state": "in", "by": "", "reason": f"the source {batch.source}"}
        found.setdefault(key, plain)
    return list(found.values())


def exclude(project: Project, batch: str, reason: str, actor: str) -> Decision:
    """Leave a batch out of every version from the next on: one that is in, one of the source's own files, a held one.

    `batch` is its name, or 6 or more digits of its SHA-256. Raises DataError for one that is unknown, already excluded,
    the last one, or the whole of a source that is no file.
    """
    found = _find(project, batch)
    if batches.key_of(found) in {each.key for each in excluded(project)}:
        raise DataError(f"batch {found.name} is excluded already", "a batch that is in or held", LIST)
    if found.source != "files":
        remedy = "Change ingest.source in params.yaml instead"
        raise DataError(f"{found.name} is the project's source itself", "a batch of it", remedy)
    out = {each.key for each in excluded(project)} | {batches.key_of(found)}
    if out.issuperset(_listed(project.root)):
        raise DataError(f"batch {found.name} is the only one", "a batch besides", "Bring other data first")
    return _decide(project, found, "excluded", reason, actor)


def admit_held(project: Project, batch: str, reason: str, actor: str) -> Decision:
    """Admit a held or excluded batch whatever the checks say; its content is copied now and in the next version.

    Raises DataError for one that is neither, cannot be read, or whose file is gone or was changed.
    """
    found = _find(project, batch)
    decision = batches.read(project.root).find(batches.key_of(found))
    if decision is None or decision.state == "admitted":
        raise DataError(f"batch {found.name} is neither held nor excluded", "one that is", LIST)
    if decision.check == READABLE:
        remedy = "Mend the file, and it is looked into again"
        raise DataError(f"batch {found.name} cannot be admitted: {decision.reason}", "a file that can be read", remedy)
    if batches.came_in(found):
        _copy_now(project.root, found)
    return _decide(project, found, "admitted", reason, actor)


# -- what waits ----------------------------------------------------------------------------------------------------


def _undecided(root: Path) -> list[tuple[Arrival, str]]:
    """Each file that no decision covers, with the reason why it must wait, "" if it need not."""
    found = arrivals.files(root)
    if not found:
        return []
    book = batches.read(root)
    keys = {decision.key for decision in book.decisions}
    unsure = []
    for arrival in found:
        seen = _seen(book, arrival)
        if seen is None or seen.key not in keys:
            unsure.append((arrival, seen))
    listed = _listed(root) if any(seen and seen.key for _arrival, seen in unsure) else {}
    return [
        (arrival, seen.note if seen and seen.note else arrivals.unfinished(arrival))
        for arrival, seen in unsure
        if seen is None or seen.key not in listed
    ]


def _seen(book: Book, arrival: Arrival) -> Seen | None:
    """What the file was found to be, if it has not changed since."""
    seen = book.seen.get(arrival.place)
    return seen if seen and seen.stamp == arrival.stamp else None


def _present(book: Book, root: Path) -> Book:
    """The book without what it says about files that are gone or changed: a hold goes with its file."""
    unchanged = {arrival.place: seen for arrival in arrivals.files(root) if (seen := _seen(book, arrival))}
    keys = {seen.key for seen in unchanged.values()}
    standing = tuple(each for each in book.decisions if each.state != "held" or each.key in keys)
    return book.model_copy(update={"decisions": standing, "seen": unchanged})


def _listed(root: Path) -> dict[str, Batch]:
    """The batches of data/sources.yaml by key."""
    recorded = sources.read_sources(root)
    return {batches.key_of(batch): batch for batch in recorded.batches} if recorded else {}


def _stored(root: Path, each: Examined, seen: dict[str, Seen]) -> bool:
    """Copy what was looked at into data/shards/; False, and looked into again, if the file is another by now."""
    try:
        admission.store(root, each.arrival.path, each.batch.shards[0])
    except (FileNotFoundError, DataError):
        del seen[each.arrival.place]
        return False
    return True


def _noted(book: Book, seen: dict[str, Seen], made: Sequence[Decision]) -> Book:
    """The book with what was seen and decided now; a decision that was made meanwhile stands."""
    fresh = tuple(decision for decision in made if book.find(decision.key) is None)
    return book.model_copy(update={"seen": {**book.seen, **seen}, "decisions": (*book.decisions, *fresh)})


# -- a person decides ----------------------------------------------------------------------------------------------


def _find(project: Project, wanted: str) -> Batch:
    """The one batch of that name or beginning of a SHA-256."""
    known = _listed(project.root) | {each.key: each.batch for each in decisions(project)}
    named = [batch for batch in known.values() if batch.name == wanted]
    if not named and len(wanted) >= FEWEST_DIGITS:
        named = [batch for batch in known.values() if batch.shards[0].sha256.startswith(wanted.lower())]
    if len(named) == 1:
        return named[0]
    if named:
        found = f"{len(named)} batches are called {wanted!r}"
        raise DataError(found, f"the first {FEWEST_DIGITS} or more digits of its SHA-256", LIST)
    names = [batch.name for batch in known.values()]
    near = get_close_matches(wanted, names, 1)
    raise DataError(f"there is no batch {wanted!r}", repr(near[0]) if near else "a batch of this project", LIST)


def _decide(
    project: Project, batch: Batch, state: Literal["excluded", "admitted"], reason: str, actor: str
) -> Decision:
    """Write down a person's decision; one of the source's own files that is admitted again needs none."""
    for what, text in (("reason", reason), ("name", actor)):
        if not text.strip():
            raise DataError(f"the {what} is empty", "who decides, and why", f"Give a {what}")
    facts = batches.facts_of(batch)
    earlier = batches.read(project.root).find(batches.key_of(batch))
    unread = READABLE if earlier and earlier.check == READABLE else ""
    decision = Decision(
        **facts, check=unread, state=state, reason=reason.strip(), by=actor.strip(), at=datetime.now(UTC)
    )
    back = state == "admitted" and not batches.came_in(batch)
    batches.change(project.root, lambda book: book.without(decision.key) if back else book.decided(decision))
    return decision


def _copy_now(root: Path, batch: Batch) -> None:
    """Bring a batch's content into data/shards/ from its file, unless it is there."""
    shard = batch.shards[0]
    if (root / sources.SHARDS / shard.stored).is_file():
        return
    origin = next((each for each in arrivals.files(root) if origin_of(each) == batch.origin), None)
    if origin is None:
        raise DataError(f"the file of batch {batch.name} is gone", "the file that was held", "Bring it back")
    admission.store(root, origin.path, shard)
