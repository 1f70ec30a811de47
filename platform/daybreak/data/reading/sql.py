"""Rows from a database: what a query finds, or what of it is new since a watermark, as one Parquet file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import SecretStr

from daybreak.data.reading.rows import plain
from daybreak.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import URL, Connection, Engine, Select

VARIABLE = "DAYBREAK_SOURCE_URL"
URLS = "postgresql+psycopg://…, mysql+pymysql://… or sqlite:///FILE"
MEND_QUERY = "Mend ingest.query or ingest.watermark in params.yaml"
FETCHED = 20_000  # rows that are held as Python's own values at a time
OURS = {  # the drivers that an extra of the package brings, by the database that a URL names
    "postgresql": ("postgresql+psycopg://…", "postgres"),
    "mysql": ("mysql+pymysql://…", "mysql"),
    "mariadb": ("mysql+pymysql://…", "mysql"),
}
PATIENCE_SECONDS = 10  # for a server that does not answer

Watermark = int | float | str


class Since(NamedTuple):
    """What earlier nights brought: the highest watermark, and the files that hold rows of exactly that one."""

    watermark: Watermark
    files: tuple[Path, ...]


class Found(NamedTuple):
    """What a query brought: a file, None where it found no row; and the highest watermark, where it has any."""

    file: Path | None
    watermark: Watermark | None


def export(url: SecretStr | None, query: str, watermark: str | None, since: Since | None, folder: Path) -> Found:
    """Write the rows of a SELECT into one Parquet file below `folder`: every value as text, rows in order.

    With a `watermark` column, and `since` earlier nights: only rows that are not below it, without those that the
    earlier files hold. Raises DataError when the database cannot be reached or refuses the query, and for a row
    without a watermark, which no later night would find. No message names the URL, which is a secret.
    """
    with _connected(url) as connection:
        result = connection.execution_options(stream_results=True).execute(_select(query, watermark, since))
        names = _distinct([*result.keys()])
        mark = names.index(_named(watermark, names)) if watermark else None
        highest: Watermark | None = since.watermark if since else None
        tables = []
        for rows in result.partitions(FETCHED):
            if watermark and mark is not None:
                highest = _highest([row[mark] for row in rows], watermark)
            tables.append(_table(names, rows))
    return Found(_written(tables, watermark, since, folder), highest)


def _select(query: str, watermark: str | None, since: Since | None) -> Select[Any]:
    """The query as it stands, within one that asks for what is new, in the order of the watermark."""
    from sqlalchemy import bindparam, column, literal_column, or_, select, text
    from sqlalchemy.types import NullType

    verbatim = query.strip().removesuffix(";").replace(":", r"\:")  # a colon of the user's is no parameter of ours
    found = text(f"{verbatim}\n").columns(*([column(watermark)] if watermark else [])).subquery("found")
    wanted: Select[Any] = select(literal_column("*")).select_from(found)
    if not watermark:
        return wanted
    mark = found.c[watermark]
    if since:  # of no type: the database compares it as what the column is
        wanted = wanted.where(or_(mark.is_(None), mark >= bindparam("since", since.watermark, NullType())))
    return wanted.order_by(mark)


@contextmanager
def _connected(url: SecretStr | None) -> Iterator[Connection]:
    from sqlalchemy.exc import SQLAlchemyError

    if url is None:
        remedy = "Set it where nights run; a password does not belong in params.yaml"
        raise DataError(f"the variable {VARIABLE} is not set", f"the database's URL: {URLS}", remedy)
    engine = _engine(url)
    try:
        with _connection(engine) as connection:
            yield connection
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        password = str(engine.url.password or "")
        reason = reason.replace(password, "***") if password else reason
        raise DataError(f"the database refuses: {reason[:200]}", "the rows of ingest.query", MEND_QUERY) from None
    finally:
        engine.dispose()


def _connection(engine: Engine) -> Connection:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return engine.connect()
    except (SQLAlchemyError, OSError, TypeError, ValueError) as error:  # whose words may be parts of the URL
        reason = type(getattr(error, "orig", None) or error).__name__
        remedy = f"See that it runs and takes connections, and correct {VARIABLE}"
        raise DataError(f"the database cannot be reached: {reason}", "a connection", remedy) from None


def _engine(url: SecretStr) -> Engine:
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.pool import NullPool

    try:
        place = make_url(url.get_secret_value())
        is_file = place.get_backend_name() == "sqlite"
        if not is_file and url.get_secret_value().count("@") > 1:  # a part of the password would pass for the host
            raise DataError(f"{VARIABLE} has more than one @", "one, before the host", "Write any other @ as %40")
        options = {} if is_file else {"connect_timeout": PATIENCE_SECONDS}
        engine = create_engine(place, poolclass=NullPool, connect_args=options)
    except ModuleNotFoundError:
        raise _without_driver(place) from None
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise DataError(f"{VARIABLE} cannot be used", URLS, "Correct it") from None
    if is_file and not Path(place.database or "").is_file():  # SQLite would make an empty one
        raise DataError(f"the file that {VARIABLE} names is not there", "a database", f"Correct {VARIABLE}")
    return engine


def _without_driver(place: URL) -> DataError:
    """A URL may name another driver than ours, or none, for which SQLAlchemy takes another."""
    found = f"the driver that {VARIABLE} asks for, {place.get_driver_name()}, is not installed"
    if place.get_backend_name() not in OURS:
        return DataError(found, URLS, "Install it, or correct the URL")
    url, extra = OURS[place.get_backend_name()]
    return DataError(found, url, f"Install daybreak[{extra}]: `pip install -c requirements.lock -e '.[{extra}]'`")


def _distinct(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise DataError(f"the query names a column twice in {names}", "distinct names", MEND_QUERY)
    return names


def _named(watermark: str, names: Sequence[str]) -> str:
    """The watermark's column as the database spells it, which need not mind the case."""
    alike = [name for name in names if name.casefold() == watermark.casefold()]
    if watermark in names or len(alike) == 1:
        return watermark if watermark in names else alike[0]
    raise DataError(f"the query has no column {watermark!r} but {', '.join(names)}", "the watermark", MEND_QUERY)


def _highest(values: Sequence[Any], watermark: str) -> Watermark:
    """The last of values in order, as data/sources.yaml keeps it."""
    missing = sum(value is None for value in values)
    if missing:
        remedy = "Give every row one, or leave such rows out in ingest.query"
        raise DataError(f"{missing} rows have no {watermark!r}, their watermark", "one for every row", remedy)
    last = values[-1]
    return last if isinstance(last, int | float) and not isinstance(last, bool) else str(_text(last))


def _table(names: list[str], rows: Sequence[Any]) -> pa.Table:
    import pyarrow as pa

    texts = [[_text(value) for value in values] for values in zip(*rows, strict=True)]
    return pa.table([pa.array(column, pa.large_string()) for column in texts], names=names)


def _text(value: Any) -> str | None:
    """A value as the files have it; lists and objects as JSON."""
    if isinstance(value, bytes | bytearray | memoryview):
        raise DataError("the query has a column of bytes", "texts, numbers and dates", MEND_QUERY)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return plain(value, "the query", "")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _written(tables: list[pa.Table], watermark: str | None, since: Since | None, folder: Path) -> Path | None:
    """One file of all rows that are new, None without any; the same rows make the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not tables:
        return None
    table = pa.concat_tables(tables)
    if watermark and since:
        table = table.filter(pa.array(_is_new(table, watermark, since)))
    if not len(table):
        return None
    ordered = table.sort_by([(name, "ascending") for name in table.column_names])
    path = folder / "rows.parquet"
    pq.write_table(ordered, path, compression="zstd", version="2.6")
    return path


def _is_new(table: pa.Table, watermark: str, since: Since) -> list[bool]:
    """For each row whether no earlier file holds it: rows of one watermark may come in over several nights."""
    import pyarrow.parquet as pq

    mark = _text(since.watermark)
    held: Counter[tuple[Any, ...]] = Counter()
    for file in since.files:
        column = _named(watermark, pq.read_schema(file).names)
        earlier = pq.read_table(file, filters=[(column, "=", mark)], partitioning=None).to_pylist()
        held.update(tuple(row.get(name) for name in table.column_names) for row in earlier)  # None: added since
    new = []
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        new.append(held[row] == 0)
        held[row] -= not new[-1]
    return new
