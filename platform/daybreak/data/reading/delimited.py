"""CSV and TSV: a header, then one row a line, or several lines where a field is quoted."""

import csv
from collections.abc import Iterator
from pathlib import Path

from daybreak.data.reading import encoding
from daybreak.data.reading.rows import listed
from daybreak.errors import DataError


def read(path: Path, name: str, delimiter: str, code: str | None) -> Iterator[list[str]]:
    """The header and then each row, as long as the header; empty lines are no rows.

    Raises DataError, naming the line, for a row that does not fit its header and for quotes that do not close.
    """
    csv.field_size_limit(encoding.LONGEST_LINE)
    plain = (line.replace("\r\n", "\n") for line in encoding.lines(path, name, code, newline=""))
    reader = csv.reader(plain, delimiter=delimiter, strict=True)
    try:
        header = next((line for line in reader if line), [])
        if len(set(header)) < len(header):
            found = f"{name} names a column twice in {listed(header)}"
            raise DataError(found, "distinct column names", "Mend its first line, which may be no header")
        yield header
        for values in filter(None, reader):
            if len(values) != len(header):
                found = f"{name}, line {reader.line_num}, has {len(values)} fields"
                raise DataError(found, f"{len(header)}, as its first line", "Quote the field that holds a delimiter")
            yield values
    except csv.Error as error:
        raise DataError(f"{name}, line {reader.line_num}, cannot be read: {error}", "", "Mend that line") from None
