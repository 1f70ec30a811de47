"""Which files are read, told by the end of their name; and the label that a plain text carries in its name."""

import re
from pathlib import PurePath

DELIMITERS = {".csv": ",", ".tsv": "\t"}
LINES = (".jsonl", ".ndjson")
PARQUET = ".parquet"
GZIP = ".gz"
PLAIN = (".txt", f".txt{GZIP}")  # taken only where ingest.path names it: folders are full of notes
SUFFIXES = (*DELIMITERS, *(f"{end}{GZIP}" for end in DELIMITERS), *LINES, *(f"{end}{GZIP}" for end in LINES), PARQUET)

DIGEST = re.compile(r"[0-9a-f]{64}")


def kind_of(name: str) -> str:
    """The end of a name that says how it is read, in small letters, without that of gzip; "" for no known kind."""
    end = _end(name)
    return end.removesuffix(GZIP)


def is_compressed(name: str) -> bool:
    return name.lower().endswith(GZIP)


def ending(name: str) -> str:
    """What a copy under another name must keep to be read alike: the suffixes, and before them a plain text's label."""
    end = _end(name) or PurePath(name).suffix.lower()
    return f".{label_of(name)}{end}" if end in PLAIN else end


def label_of(name: str) -> str:
    """The label of a plain text's lines: its name up to the first dot, which in data/shards/ follows the digest."""
    first, *rest = PurePath(name).name.split(".")
    return rest[0] if DIGEST.fullmatch(first) and rest else first


def _end(name: str) -> str:
    return next((end for end in (*SUFFIXES, *PLAIN) if name.lower().endswith(end)), "")
