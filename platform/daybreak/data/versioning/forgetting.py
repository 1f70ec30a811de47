"""Forget a row: erase it from every version, raw file, cache and remote, and keep it out for good."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import yaml
from pydantic import ValidationError

from daybreak import projects
from daybreak.data import reading, stage
from daybreak.data.admitting import admission, arrivals, batches, striking
from daybreak.data.admitting.arrivals import Arrival
from daybreak.data.admitting.batches import Seen
from daybreak.data.clean import CleanParams, treat
from daybreak.data.held_out import release_set
from daybreak.data.ingest import IngestParams, row_id
from daybreak.data.reading import sources
from daybreak.data.reading.sources import SHARDS, Shard
from daybreak.data.remembering import memo
from daybreak.data.versioning import cache, git, pipeline, rebuilding, remote, tags, workspace
from daybreak.data.versioning import pin as pins
from daybreak.data.versioning.rebuilding import Changed, Rebuilt
from daybreak.data.versioning.tags import DataVersion
from daybreak.errors import BadInput, DataError, DaybreakError
from daybreak.records import Project, Record

T = TypeVar("T", int, str)

FILE = "forgotten.json"
CUT_SHORT = "forgetting was cut short: run the same command again"


class Forgotten(Record):
    """One decision to forget. `ids` are all rows that said the same words, `versions` the data versions that held one,
    `files` the raw files that were written anew. `objects` are MD5 digests of what is still to be erased, and `left`
    says why it is still there.
    """

    ids: tuple[str, ...]
    reason: str
    actor: str
    at: datetime
    versions: tuple[int, ...]
    files: tuple[str, ...]
    objects: tuple[str, ...] = ()
    left: str = ""


class Book(Record):
    """The whole file: ids and reasons, never a text."""

    entries: tuple[Forgotten, ...] = ()


class _Struck(NamedTuple):
    """Raw files to be written anew, with their content, and the shards that change by it."""

    files: dict[Path, bytes]
    changed: Changed


def forget(project: Project, row: str, *, reason: str, actor: str, wait_seconds: float = 10.0) -> Forgotten:
    """Erase the row of this id, and every row with the same cleaned text, wherever the project keeps data.

    Each data version that held it is prepared again without it, by today's code, and keeps its number under a new
    digest. Raw shards and files in data/incoming/ are written anew; what only the old versions needed is deleted from
    dvc's cache and its remote (`left` says what hinders it; the next preparation tries again). Not covered: other
    clones' caches, backups, models, and what nights derived from the data. Raises DataError, with nothing changed, for
    an id that is unknown, a row that the source still holds, and data that are rolled back or were changed by hand.
    """
    _require(project, reason, actor)
    params: IngestParams = stage.section(project.root, "ingest")
    known = read(project).entries
    cut = [each for each in known if each.left == CUT_SHORT]
    lock = _settled_lock(project, wait_seconds, anyhow=bool(cut))
    ids = _ids(project, row, params) or {each for entry in cut if row in entry.ids for each in entry.ids}
    if not ids:
        raise _unknown(project, row, params)
    _require_not_judging(project, ids)
    struck = _strike(project, params, ids, [*(project.root / SHARDS).glob("*.*"), *_incoming(project)])
    _require_gone_from_source(project, params, struck.changed)
    held = [each for each in tags.history(project) if rebuilding.holds(project, each.version, struck.changed)]
    with _stored(project, struck):
        rebuilt = [rebuilding.rebuild(project, each, struck.changed, wait_seconds) for each in held]
    entry = Forgotten(
        ids=_union(ids, *(each.ids for each in cut)),
        reason=reason,
        actor=actor,
        at=datetime.now(UTC),
        versions=_union((each.version for each in held), *(each.versions for each in cut)),
        files=_union(
            (path.relative_to(project.root).as_posix() for path in struck.files), *(each.files for each in cut)
        ),
        objects=_union(_objects(project, held, wait_seconds), *(each.objects for each in cut)),
    )
    _write(project, (*known, entry.model_copy(update={"left": CUT_SHORT})))  # first: the row cannot come back any more
    memo.forget(project.root)
    _swap(project, rebuilt, struck, lock, wait_seconds)
    _write(project, (*(each for each in known if each not in cut), entry))
    finish(project, wait_seconds)
    return read(project).entries[-1]


def keep_out(project: Project, wait_seconds: float = 10.0) -> None:
    """Take forgotten rows out of what was just admitted, and erase what could not be erased before.

    Raises DataError when a file of the source itself brings one back: that file is the user's.
    """
    entries = read(project).entries
    ids = frozenset(each for entry in entries for each in entry.ids)
    admitted = sources.read_sources(project.root)
    if not ids or admitted is None:
        return
    for entry in entries:
        if entry.left == CUT_SHORT:
            remedy = f"Run `daybreak data forget {entry.ids[0]}` again"
            raise DataError(f"forgetting row {entry.ids[0]} was cut short", "it to be finished", remedy)
    params: IngestParams = stage.section(project.root, "ingest")
    stored = {project.root / SHARDS / shard.stored for batch in admitted.batches for shard in batch.shards}
    struck = _strike(project, params, ids, [*filter(Path.is_file, stored), *_incoming(project)])
    _require_gone_from_source(project, params, struck.changed)
    with _stored(project, struck):
        _replace_raw(project, struck)
    if any(entry.objects for entry in entries):
        finish(project, wait_seconds)


def finish(project: Project, wait_seconds: float = 10.0) -> None:
    """Erase what the forgotten rows left in dvc's cache and in the remote, as far as it can be reached."""
    entries = read(project).entries
    due = [entry for entry in entries if entry.objects and entry.left != CUT_SHORT]
    place = cache.folder(project.root, wait_seconds)
    gone = {each for entry in due for each in entry.objects} - _needed(project, place)
    for digest in gone:
        cache.object_of(place, digest).unlink(missing_ok=True)
    left = remote.push(project, wait_seconds=wait_seconds).reason
    if not left and remote.configured(project):
        try:
            remote.erase(project, gone, wait_seconds=wait_seconds)
        except DaybreakError as error:
            left = error.found
    _write(project, tuple(_settled(entry, left) if entry in due else entry for entry in entries))


def _settled(entry: Forgotten, left: str) -> Forgotten:
    return entry.model_copy(update={"left": left, "objects": entry.objects if left else ()})


def read(project: Project) -> Book:
    """What was forgotten so far. Raises DataError for a damaged file, without which rows could come back."""
    kept = workspace.content(project.data / FILE)
    try:
        return Book.model_validate_json(kept) if kept is not None else Book()
    except ValidationError:
        remedy = "Restore it from a backup, or delete it and forget those rows again"
        raise DataError(f"{project.data / FILE} is damaged", "the file that Daybreak writes", remedy) from None


def _write(project: Project, entries: tuple[Forgotten, ...]) -> None:
    workspace.put(project.data / FILE, f"{Book(entries=entries).model_dump_json(indent=1)}\n".encode())


def _require(project: Project, reason: str, actor: str) -> None:
    for name, given in (("reason", reason), ("name", actor)):
        if not given.strip():
            raise BadInput(f"forgetting without a {name}", "who asked for it and why", "Give both")
    git.require_commit(project.root)
    if pins.pinned(project):
        raise DataError("the data stand rolled back", "the newest", "Run `daybreak data forward` first")


def _settled_lock(project: Project, wait_seconds: float, *, anyhow: bool) -> bytes | None:
    """The workspace's dvc.lock, which must be a version's (or `anyhow`), with its data as dvc left them."""
    lock = workspace.content(project.root / workspace.LOCK)
    known = (tags.recorded(project, each.version, workspace.LOCK) for each in reversed(tags.history(project)))
    if lock is not None and not anyhow and lock not in known:
        raise DataError("the prepared data have no version yet", "a version", "Run `daybreak data prepare` first")
    if lock is not None:
        pipeline.checkout(project.root, wait_seconds)  # changes nothing, or raises for what was changed by hand
    return lock


def _ids(project: Project, row: str, params: IngestParams) -> set[str]:
    """The ids of all rows, in any raw file, that say what this one says; none for an unknown row."""
    cleaning: CleanParams = stage.section(project.root, "clean")
    rows: list[tuple[str, str]] = []
    for path in (*(project.root / SHARDS).glob("*.*"), *_incoming(project)):
        with contextlib.suppress(DataError):  # other columns, or no table at all: it cannot hold the row
            found = list(reading.read(path, path.name, params.columns))
            rows += [
                (row_id(row.text, row.label, row.messages), treat(row.text, row.messages, cleaning).identity)
                for row in found
            ]
    named = re.split("[.-]", row)[0]  # stage dedupe numbers rows that share an id
    words = {identity for each, identity in rows if each == named}
    return {each for each, identity in rows if identity in words}


def _unknown(project: Project, row: str, params: IngestParams) -> DataError:
    where = "the sample's package cannot be changed" if params.source == "sample" else "an id has 16 digits"
    found = f"no raw file of project {project.name} on this machine holds the row {row!r}"
    return DataError(found, f"the id of a row from a file or a batch ({where})", "See `daybreak data quarantine`")


def _incoming(project: Project) -> list[Path]:
    """Files in data/incoming/ that nobody is writing."""
    return [arrival.path for arrival in arrivals.files(project.root) if not arrivals.unfinished(arrival)]


def _strike(project: Project, params: IngestParams, ids: frozenset[str] | set[str], paths: list[Path]) -> _Struck:
    files: dict[Path, bytes] = {}
    changed: dict[str, Shard] = {}
    for path in sorted(paths):
        with contextlib.suppress(DataError):
            content = striking.without(path, params, lambda row: row_id(row.text, row.label, row.messages) in ids)
            if content is not None:
                old, new = striking.shards(path, content)
                files[path], changed[old.sha256] = content, new
    return _Struck(files, changed)


def _require_not_judging(project: Project, ids: set[str]) -> None:
    """The release set is frozen, and git keeps it: people take a row out of both."""
    for path in (project.root / name for name in (release_set.FILE, release_set.DRAFT)):
        if path.is_file() and any(row.id in ids for row in release_set.read(path)):
            remedy = "Freeze another one with `daybreak data release`, and take the old file out of git's history"
            raise DataError(f"the release set {path} holds the row", "a release set without it", remedy)


def _require_gone_from_source(project: Project, params: IngestParams, changed: Changed) -> None:
    """What params.yaml names is the user's own, and would bring the row back."""
    recorded = sources.read_sources(project.root)
    if params.source == "files":
        own = admission.survey(project.root, params.request).batches
    else:
        theirs = recorded.batches if recorded else ()  # what a watermark passed is not asked for again: it is ours
        own = tuple(each for each in theirs if not batches.came_in(each) and each.watermark is None)
    holding = [shard.name for batch in own for shard in batch.shards if shard.sha256 in changed]
    if holding:
        found = f"{', '.join(holding)}, which ingest.path names, still holds the row"
        raise DataError(found, "a source without it", "Take it out there, then run again")


@contextmanager
def _stored(project: Project, struck: _Struck) -> Iterator[None]:
    """The new shards lie in data/shards/; those that were not there are gone again if the block raises."""
    drafts = {}
    for path, content in struck.files.items():
        _old, new = striking.shards(path, content)
        if path.parent == project.root / SHARDS and not (path.parent / new.stored).exists():
            drafts[path.parent / new.stored] = content
    try:
        for place, content in drafts.items():
            workspace.put(place, content)
        yield
    except BaseException:
        for place in drafts:
            place.unlink(missing_ok=True)
        raise


def _swap(project: Project, rebuilt: list[Rebuilt], struck: _Struck, lock: bytes | None, wait_seconds: float) -> None:
    """Put the new versions in the place of the old ones: the data that lie prepared, tags, and raw files.

    Those last: as long as they hold the row, a process that was killed can be followed by one that is not.
    """
    current = next((each for each in reversed(rebuilt) if each.old_lock == lock), None)
    if current:
        workspace.put(project.root / workspace.LOCK, current.lock)
        pipeline.checkout(project.root, wait_seconds, force=True)
        pins.note(project)
    for each in rebuilt:
        tags.put(project, each.version, each.commit, moved=True)
    _replace_raw(project, struck)


def _replace_raw(project: Project, struck: _Struck) -> None:
    """Raw files, data/sources.yaml and the decisions about batches; the new shards lie there already."""
    if not struck.files:
        return
    if admitted := sources.read_sources(project.root):
        sources.write_sources(project.root, rebuilding.replaced(admitted, struck.changed))
    if (project.root / batches.FILE).is_file():
        batches.change(project.root, lambda book: _decided(book, struck.changed))
    for path, content in struck.files.items():
        if path.parent == project.root / SHARDS:
            path.unlink(missing_ok=True)
        else:
            workspace.put(path, content)
    if (project.root / batches.FILE).is_file():
        found = [arrival for arrival in arrivals.files(project.root) if arrival.path in struck.files]
        batches.change(project.root, lambda book: _looked_into(book, found, struck.changed))


def _looked_into(book: batches.Book, found: list[Arrival], changed: Changed) -> batches.Book:
    """A file that we wrote anew need not be looked into again."""
    known = [(arrival, book.seen[arrival.place].key) for arrival in found if arrival.place in book.seen]
    again = {
        arrival.place: Seen(stamp=arrival.stamp, key=changed[key].sha256) for arrival, key in known if key in changed
    }
    return book.model_copy(update={"seen": {**book.seen, **again}})


def _decided(book: batches.Book, changed: Changed) -> batches.Book:
    """The decisions stand, about the batches without the rows."""
    made = [
        each.model_copy(update={"sha256": new.sha256, "bytes": new.bytes})
        if (new := changed.get(each.sha256))
        else each
        for each in book.decisions
    ]
    return book.model_copy(update={"decisions": tuple(made)})


def _objects(project: Project, held: list[DataVersion], wait_seconds: float) -> set[str]:
    place = cache.folder(project.root, wait_seconds)
    locks = [tags.recorded(project, each.version, workspace.LOCK) for each in held]
    return {each for lock in locks for each in cache.objects(place, lock)}


def _union(*parts: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted({each for part in parts for each in part}))


def _needed(project: Project, place: Path) -> set[str]:
    """MD5 digests that a version of any project of the checkout, or its workspace, still refers to."""
    checkout = projects.find_checkout(project.root)
    names = projects.list_projects(checkout)
    everybody = [projects.find_project(name, checkout) for name in names]
    found: set[str] = set()
    for each in (project, *everybody):
        locks = [tags.recorded(each, known.version, workspace.LOCK) for known in tags.history(each)]
        locks += filter(None, [workspace.content(each.root / workspace.LOCK)])
        for lock in locks:
            with contextlib.suppress(yaml.YAMLError, KeyError, TypeError):
                found |= cache.objects(place, lock)
    return found
