"""Text of any of the encodings that Chinese and English files come in: which one it is, and its lines."""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from daybreak.data.reading import formats
from daybreak.errors import DataError

LONGEST_LINE = 16 * 2**20  # characters; a longer one is no row but a file without line ends
CHUNK = 2**20  # bytes
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
EVERYDAY = range(0xB0, 0xD8)  # first bytes of GB 2312 level 1: 3,755 characters, nearly all of everyday Chinese
PUNCTUATION = range(0xA1, 0xA4)  # first bytes of its punctuation and full-width letters
LEAST_EVERYDAY = 0.5  # share; simplified Chinese reaches 0.99, traditional 0.7, other encodings mostly below 0.45


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked if its name ends in .gz."""
    with gzip.open(path) if formats.is_compressed(path.name) else path.open("rb") as stream:
        yield stream  # type: ignore[misc]


def lines(path: Path, name: str, encoding: str | None, newline: str) -> Iterator[str]:
    """Each line with its end, as `open` understands `newline`. `encoding` None: it is detected.

    Raises DataError for a line beyond LONGEST_LINE and for what `detect` refuses, UnicodeDecodeError for a file that
    ends within a character.
    """
    with opened(path) as raw, io.TextIOWrapper(raw, encoding or detect(path, name), newline=newline) as text:
        yield from _bounded(text, name)


def detect(path: Path, name: str) -> str:
    """Python's name of the encoding: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be or gb18030.

    Reads the whole file. A byte-order mark decides; else UTF-8 wins where every byte fits, then GB18030 where the text
    is also made of everyday characters, since nearly any bytes fit that. Raises DataError where nothing fits.
    """
    with opened(path) as raw:
        head = raw.read(4)
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return encoding
    if len(head) > 1 and bool(head[0]) != bool(head[1]):  # the first letter of a header or bracket, and half of it zero
        return "utf-16-le" if head[0] else "utf-16-be"
    wrong = _misfit(path, "utf-8")
    if wrong is None:
        return "utf-8"
    if _misfit(path, "gb18030") is None and _is_everyday(path):
        return "gb18030"
    remedy = "Convert it, for example with iconv -f BIG5 -t UTF-8, or name its encoding as ingest.encoding"
    found = f"{name} is neither UTF-8 (byte {wrong[0]} is 0x{wrong[1]:02x}) nor UTF-16 or GB18030"
    raise DataError(found, "one of these", remedy)


def _bounded(text: TextIO, name: str) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            found = f"{name}, line {number}, has {LONGEST_LINE:,} characters or more"
            raise DataError(found, "one row a line", "Split it")
        yield line


def _misfit(path: Path, encoding: str) -> tuple[int, int] | None:
    """Place and value of the first byte that does not fit; a character that the file's end cuts does fit."""
    decoder = codecs.getincrementaldecoder(encoding)()
    before = 0
    with opened(path) as raw:
        while chunk := raw.read(CHUNK):
            kept = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return before - kept + error.start, error.object[error.start]
            before += len(chunk)
    return None


def _is_everyday(path: Path) -> bool:
    """Whether most of the characters beyond ASCII, in the first part of a file that has some, are everyday Chinese."""
    with opened(path) as raw:
        chunks = iter(lambda: raw.read(CHUNK), b"")
        sample = next((chunk for chunk in chunks if not chunk.isascii()), b"")
    pairs = [sign.encode("gb18030") for sign in sample.decode("gb18030", "ignore") if not sign.isascii()]
    everyday = sum(pair[0] in EVERYDAY or pair[0] in PUNCTUATION for pair in pairs if len(pair) == 2 and pair[1] > 0xA0)
    return everyday >= LEAST_EVERYDAY * len(pairs)
