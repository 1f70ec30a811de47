"""Examination: read the files that are new, and decide about each batch by what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from daybreak import digests
from daybreak.data import reading, stage
from daybreak.data.admitting import arrivals, batches, screening
from daybreak.data.admitting.arrivals import Arrival
from daybreak.data.admitting.batches import Decision, Seen
from daybreak.data.admitting.screening import AdmissionParams, Pair
from daybreak.data.clean import CleanParams
from daybreak.data.describing import yardstick
from daybreak.data.describing.yardstick import LastVersion, Yardstick
from daybreak.data.reading import Columns, Row, formats
from daybreak.data.reading.sources import Batch, Shard
from daybreak.errors import DataError

READABLE = "readable"  # the one check that nobody can overrule
CONVERSATION = "conversation"
CUT = "its end is missing"


@dataclass(frozen=True)
class Examined:
    """A new batch: what it holds, or why it cannot be read."""

    arrival: Arrival
    batch: Batch
    content: screening.Content | None = None
    reason: str = ""


@dataclass(frozen=True)
class Reader:
    """How the files of one night are read: columns and cleaning of the project, beside its last version."""

    columns: Columns
    cleaning: CleanParams
    last: LastVersion | None
    asked: int

    def read(self, arrival: Arrival, batch: Batch) -> Examined:
        """What a file holds. Raises FileNotFoundError, and _Unfinished for one that lacks its end."""
        pairs = map(_pair, reading.read(arrival.path, batch.name, self.columns))
        seed = int(batch.shards[0].sha256, 16)
        try:
            content = screening.look(pairs, self.last, cleaning=self.cleaning, asked=self.asked, seed=seed)
        except FileNotFoundError:
            raise
        except Exception as error:  # whatever a file does to its reader, the night goes on without it
            if not isinstance(error, OSError) and arrivals.is_cut(arrival.path, self.columns):
                raise _Unfinished from None
            told = str(error) if isinstance(error, DataError) else f"{batch.name} cannot be read: {error!r}"
            return Examined(arrival, batch, reason=told.rstrip("."))
        return Examined(arrival, batch, content)


class _Unfinished(Exception):
    """A file lacks its end."""


def examine(
    root: Path, found: Sequence[Arrival], known: Mapping[str, Batch], seen: dict[str, Seen]
) -> list[tuple[Examined, Decision]]:
    """One decision for each file whose content is not among the `known` batches, by key; nothing is written.

    `seen` learns what every file was found to be. The last version's quick model is fitted once for all of them.
    """
    columns, params = stage.section(root, "ingest").columns, stage.section(root, "admission")
    last = None if columns.messages else yardstick.last_version(root)  # the checks compare labels
    reader = Reader(
        columns,
        stage.section(root, "clean"),
        last,
        max(screening.FEWEST_ASKED, screening.ASKED // max(1, len(found))),
    )
    examined = list(_read(reader, found, dict(known), seen))
    texts = [text for each in examined if each.content for text, _label in each.content.fresh]
    measured = yardstick.measure(last, texts) if last and texts else None
    return [(each, _decide(each, last, measured, params)) for each in examined]


def origin_of(arrival: Arrival) -> str:
    """Where a file lies, below the project."""
    return (batches.INCOMING / arrival.place).as_posix()


def _read(
    reader: Reader, found: Sequence[Arrival], known: dict[str, Batch], seen: dict[str, Seen]
) -> Iterator[Examined]:
    for arrival in found:
        try:
            batch, reason = _batch(arrival, {batch.name for batch in known.values()})
            key = batches.key_of(batch)
            seen[arrival.place] = Seen(stamp=arrival.stamp, key=key)
            if key not in known:
                known[key] = batch
                yield Examined(arrival, batch, reason=reason) if reason else reader.read(arrival, batch)
        except FileNotFoundError:  # moved or deleted meanwhile
            seen.pop(arrival.place, None)
        except _Unfinished:
            seen[arrival.place] = Seen(stamp=arrival.stamp, note=CUT)


def _pair(row: Row) -> Pair:
    """A row as the checks see it: one that ingest would refuse has no label, an answered conversation has one."""
    return row.text, "" if row.fault else row.label or CONVERSATION


def _batch(arrival: Arrival, taken: Set[str]) -> tuple[Batch, str]:
    """A file as a batch, its name marked with its digest if that name is taken, and why it cannot be read."""
    sha256, reason, name = "", "", arrival.name
    try:
        sha256 = digests.of_file(arrival.path)
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = f"{name} cannot be read: {error.strerror}"
    if name in taken:
        end = len(formats.ending(name))
        name = f"{name[:-end]}.{sha256[:8]}{name[-end:]}"
    shard = Shard(name=name, sha256=sha256, bytes=arrival.stamp[0] if arrival.stamp else 0)
    return Batch(name=name, source="files", shards=(shard,), origin=origin_of(arrival)), reason


def _decide(each: Examined, last: LastVersion | None, measured: Yardstick | None, params: AdmissionParams) -> Decision:
    now, facts = datetime.now(UTC), batches.facts_of(each.batch)
    if each.content is None:
        return Decision(**facts, state="held", reason=each.reason, by=batches.CHECKS, at=now, check=READABLE)
    findings = screening.screen(each.content, last, measured, params)
    broken = [finding for finding in findings if finding.reason]
    measurements = {finding.check: finding.measured for finding in findings} | {"known": each.content.known}
    first = broken[0] if broken else None
    return Decision(
        **facts,
        state="held" if broken else "admitted",
        reason="; ".join(finding.reason for finding in broken) or "every check passed",
        by=batches.CHECKS,
        at=now,
        check=first.check if first else "",
        measured=first.measured if first else None,
        limit=first.limit if first else None,
        measurements={name: round(value, 6) for name, value in measurements.items()},
    )
