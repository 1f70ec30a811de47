"""Files that are something else than their name says: archives, workbooks, what is locked by a password."""

from pathlib import Path

from daybreak.data.reading import formats
from daybreak.errors import DataError

EXPORT = "Export it as CSV, JSON Lines or Parquet, without a password"
SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive or an Office workbook",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an Office file, old or protected by a password",
    b"PARE": "Parquet, encrypted",
    b"%PDF": "a PDF",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"SQLite format 3\0": "an SQLite database",
    b"Salted__": "encrypted by OpenSSL",
    b"-----BEGIN PGP": "encrypted by PGP",
}
LOCKED = 0x01  # of a ZIP entry's flags, the seventh byte: a password is needed
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"


def refuse(path: Path, name: str) -> None:
    """Raise DataError for a file of no bytes, and for one whose first bytes are those of another kind."""
    with path.open("rb") as stream:
        head = stream.read(32)
    if not head:
        raise DataError(f"{name} is empty: it has no bytes", "rows", "Bring the whole file, or remove it")
    if head.startswith(b"PK\x03\x04") and head[6] & LOCKED:
        raise DataError(f"{name} is a ZIP archive that needs a password", "a file that can be read", EXPORT)
    for signature, what in SIGNATURES.items():
        if head.startswith(signature):
            raise DataError(f"{name} is {what}", "what its name says", EXPORT)
    if head.startswith(GZIP) and not formats.is_compressed(path.name):
        raise DataError(f"{name} is packed by gzip", "what its name says", f"Call it {name}.gz")
    if head.startswith(PARQUET) and formats.kind_of(path.name) != formats.PARQUET:
        raise DataError(f"{name} is Parquet", "what its name says", "Let its name end in .parquet")
