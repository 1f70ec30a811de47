"""What lies in data/incoming/, and which of it is complete: a file still being written is left alone."""

from __future__ import annotations

import codecs
import errno
import fcntl
import os
import signal
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISREG
from tempfile import TemporaryDirectory
from typing import NamedTuple

from daybreak.data import reading
from daybreak.data.admitting.batches import INCOMING, Stamp
from daybreak.data.reading import Columns, encoding, formats
from daybreak.data.reading.formats import SUFFIXES
from daybreak.errors import DataError

TEMPORARY = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~")
PARQUET = b"PAR1"  # a Parquet file begins and ends with it
NEWLINE = "\n"


class Arrival(NamedTuple):
    """A file in data/incoming/. `place` is its exact path there as text; no stamp where it cannot be reached."""

    path: Path
    place: str
    stamp: Stamp | None

    @property
    def name(self) -> str:
        """How people know it: its path below data/incoming/ on one line."""
        return "".join(sign if sign.isprintable() else "_" for sign in self.place)


def files(root: Path) -> list[Arrival]:
    """Every file in data/incoming/ and the folders in it, by name; hidden ones and links to folders are left out."""
    base = root / INCOMING
    found: list[Arrival] = []
    for folder, below, names in os.walk(base):
        below[:] = [name for name in below if not name.startswith(".")]
        paths = (Path(folder, name) for name in names if not name.startswith("."))
        found.extend(_arrival(path, base) for path in paths if _may_be_file(path))
    return sorted(found, key=lambda arrival: arrival.place)


def unfinished(arrival: Arrival) -> str:
    """Why a file is not to be read yet, as far as its name, size and writers tell; "" where nothing speaks against."""
    name = arrival.path.name.lower()
    if name.endswith(TEMPORARY):
        return "its name is that of a file still being written"
    if not name.endswith(SUFFIXES):
        return f"no file of a known kind: {', '.join(SUFFIXES)}"
    if arrival.stamp is None:
        return "it cannot be reached: a broken link, or a folder that is closed to us"
    if arrival.stamp[0] == 0:
        return "it is empty"
    if _is_link_out(arrival):
        return "it is a link out of data/incoming/: copy the file here"
    return "a process is still writing it" if is_being_written(arrival.path) else ""


def quiet(arrivals: Sequence[Arrival], seconds: float) -> list[Arrival]:
    """Those that nobody has changed for so many seconds; waits for the youngest, at most as long.

    A modification time in the future, as from another machine's clock, is waited for like the present.
    """
    now = time.time()
    ages = [min(seconds, max(0.0, now - arrival.stamp[1] / 1e9)) for arrival in arrivals if arrival.stamp]
    time.sleep(max((seconds - age for age in ages), default=0.0))
    return [arrival for arrival in arrivals if stamp(arrival.path) == arrival.stamp]


def is_being_written(path: Path) -> bool:
    """Whether any process of this machine has the file open for writing, where the kernel tells (Linux).

    A read lease is refused with EAGAIN exactly then (fcntl(2), F_SETLEASE). The signal for a writer who comes while we
    hold it is one that is ignored by default.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False


def is_cut(path: Path, columns: Columns) -> bool:
    """Whether a file that cannot be read only lacks its end: a Parquet footer, a gzip trailer, or its last line's."""
    if formats.kind_of(path.name) == formats.PARQUET:
        return _is_half_parquet(path)
    last = ""
    try:
        for piece in _pieces(path, columns):
            last = piece or last
    except EOFError:
        return True
    except (DataError, OSError, zlib.error):
        return False
    return not last.endswith(NEWLINE) and _is_readable(path, columns)


def _is_half_parquet(path: Path) -> bool:
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        head, tail = (os.pread(stream.fileno(), len(PARQUET), max(0, place)) for place in (0, size - len(PARQUET)))
    return head == PARQUET and not (size > 2 * len(PARQUET) and tail == PARQUET)


def _pieces(path: Path, columns: Columns) -> Iterator[str]:
    """The text of a file from beginning to end, without what cannot be read in its encoding."""
    decoder = codecs.getincrementaldecoder(columns.encoding or encoding.detect(path, path.name))("ignore")
    with encoding.opened(path) as stream:
        while chunk := stream.read(encoding.CHUNK):
            yield decoder.decode(chunk)


def _is_readable(path: Path, columns: Columns) -> bool:
    """Whether all lines that have an end make at least one row."""
    with TemporaryDirectory() as folder:
        whole, end = Path(folder, f"lines{formats.kind_of(path.name)}"), 0
        with whole.open("wb") as copy:
            for piece in _pieces(path, columns):
                content = piece.encode("utf-8", "replace")
                end = copy.tell() + content.rfind(b"\n") + 1 if NEWLINE in piece else end
                copy.write(content)
            copy.truncate(end)
        rows = reading.read(whole, path.name, columns.model_copy(update={"encoding": "utf-8"}))
        try:
            return sum(1 for _row in rows) > 0
        except DataError:
            return False


def stamp(path: Path) -> Stamp | None:
    """The file's size and times, or None where it cannot be reached."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _is_link_out(arrival: Arrival) -> bool:
    base = arrival.path.parents[len(Path(arrival.place).parts) - 1]
    return arrival.path.is_symlink() and not arrival.path.resolve().is_relative_to(base.resolve())


def _may_be_file(path: Path) -> bool:
    """Neither a pipe nor a device; what cannot be reached, such as a link to itself, may be one."""
    try:
        return S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def _arrival(path: Path, base: Path) -> Arrival:
    place = os.fsencode(path.relative_to(base)).decode("utf-8", "backslashreplace")
    return Arrival(path, place, stamp(path))
