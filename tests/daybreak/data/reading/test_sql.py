"""A query's rows come in once each, night after night, from any database, and no message tells the password."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres
import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr

from daybreak.data.admitting.admission import admit, is_current
from daybreak.data.ingest import IngestParams, ingest
from daybreak.data.reading import sources, sql
from daybreak.errors import DataError

QUERY = "SELECT number, body AS text, label, seen FROM reviews;"
PARAMS = IngestParams(source="sql", query=QUERY, watermark="number")
Rows = list[dict[str, Any]]


class Shop:
    """A database with a table of reviews, told by its URL."""

    def __init__(self, url: str) -> None:
        from sqlalchemy import NullPool, create_engine

        self.url = SecretStr(url)
        self._engine = create_engine(url, poolclass=NullPool)
        self._run("CREATE TABLE reviews (number BIGINT, body TEXT, label TEXT, seen TIMESTAMP)")

    def add(self, *numbers: int, text: str = "评论", seen: str = "2026-11-22 03:00:00") -> None:
        for number in numbers:
            self._run(f"INSERT INTO reviews VALUES ({number}, '{text}{number}', 'yes', '{seen}')")

    def add_to_shop(self, number: int, name: str) -> None:
        self._run(f"INSERT INTO reviews VALUES ({number}, '评论{number}', 'yes', '2026-11-22 03:00:00', '{name}')")

    def add_unnumbered(self) -> None:
        self._run("INSERT INTO reviews VALUES (NULL, '无号', 'yes', '2026-11-22 03:00:00')")

    def _run(self, statement: str) -> None:
        from sqlalchemy import text

        with self._engine.begin() as connection:
            connection.execute(text(statement.replace(":", r"\:")))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    binaries = postgres.find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL here")
    with postgres.serve(binaries) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    if request.param == "sqlite":
        return Shop(f"sqlite:///{tmp_path / 'shop.db'}")
    return Shop(postgres.create_database(request.getfixturevalue("server"), tmp_path.name))


def export(
    shop: Shop, folder: Path, since: sql.Since | None = None, *, query: str = QUERY, mark: str = "number"
) -> Any:
    folder.mkdir()
    return sql.export(shop.url, query, mark or None, since, folder)


def texts(path: Path | None) -> list[str]:
    return pq.read_table(path)["text"].to_pylist() if path else []


def test_the_first_night_brings_all_and_the_next_what_is_new(shop: Shop, tmp_path: Path) -> None:
    shop.add(1, 2)
    first = export(shop, tmp_path / "1")
    assert (texts(first.file), first.watermark) == (["评论1", "评论2"], 2)
    since = sql.Since(2, (first.file,))
    assert export(shop, tmp_path / "2", since) == (None, 2)
    shop.add(3, 10)
    second = export(shop, tmp_path / "3", since)
    assert (sorted(texts(second.file)), second.watermark) == (["评论10", "评论3"], 10)


def test_rows_of_the_last_watermark_that_came_later_are_new_too(shop: Shop, tmp_path: Path) -> None:
    shop.add(1, 2)
    first = export(shop, tmp_path / "1")
    shop.add(2, text="later")
    shop.add(2)  # word for word the one that we have
    second = export(shop, tmp_path / "2", sql.Since(2, (first.file,)))
    assert (sorted(texts(second.file)), second.watermark) == (["later2", "评论2"], 2)
    assert export(shop, tmp_path / "3", sql.Since(2, (first.file, second.file))).file is None


def test_a_time_as_watermark(shop: Shop, tmp_path: Path) -> None:
    shop.add(1, seen="2026-11-21 23:59:59.5")
    first = export(shop, tmp_path / "1", mark="seen")
    assert str(first.watermark).startswith("2026-11-21 23:59:59.5")
    shop.add(2, seen="2026-11-22 00:00:00")
    shop.add(3, seen="2026-11-20 00:00:00")  # below: no night finds it, as docs/data-sources.md says
    assert texts(export(shop, tmp_path / "2", sql.Since(first.watermark, (first.file,)), mark="seen").file) == ["评论2"]


def test_a_number_with_a_fraction_as_watermark(shop: Shop, tmp_path: Path) -> None:
    query = "SELECT body AS text, label, CAST(number AS DOUBLE PRECISION) AS at FROM reviews"
    shop.add(1732233603, 1732233604)
    first = export(shop, tmp_path / "1", query=query, mark="at")
    assert first.watermark == 1732233604.0
    again = export(shop, tmp_path / "2", sql.Since(first.watermark, (first.file,)), query=query, mark="at")
    assert again == (None, 1732233604.0)


def test_a_column_that_was_added_since(shop: Shop, tmp_path: Path) -> None:
    shop.add(1, 2)
    first = export(shop, tmp_path / "1", query="SELECT * FROM reviews")
    shop._run("ALTER TABLE reviews ADD COLUMN shop TEXT")
    shop.add_to_shop(2, "here")
    second = export(shop, tmp_path / "2", sql.Since(2, (first.file,)), query="SELECT * FROM reviews")
    assert pq.read_table(second.file)["shop"].to_pylist() == ["here"]


def test_the_case_of_a_watermark_is_the_databases(tmp_path: Path) -> None:
    shop = Shop(f"sqlite:///{tmp_path / 'shop.db'}")
    shop.add(1, 2)
    first = export(shop, tmp_path / "1", query="SELECT * FROM reviews", mark="Number")
    assert first.watermark == 2
    shop.add(3)
    since = sql.Since(2, (first.file,))
    second = export(shop, tmp_path / "2", since, query="SELECT * FROM reviews", mark="NUMBER")
    assert pq.read_table(second.file)["number"].to_pylist() == ["3"]
    with pytest.raises(DataError, match="the query has no column 'seen' but text, Number"):
        sql._named("seen", ["text", "Number"])


def test_a_row_without_a_watermark_is_said(shop: Shop, tmp_path: Path) -> None:
    shop.add(1)
    first = export(shop, tmp_path / "1")
    shop.add_unnumbered()
    for number, since in enumerate((None, sql.Since(1, (first.file,)))):
        with pytest.raises(DataError, match=r"1 rows have no 'number', their watermark"):
            export(shop, tmp_path / f"again{number}", since)


def test_colons_and_percent_signs_are_the_querys_own(shop: Shop, tmp_path: Path) -> None:
    shop.add(1, text="ab:cd")
    query = "SELECT body AS text, label FROM reviews WHERE body LIKE '%b:c%' AND label <> ':no' -- :all"
    assert texts(export(shop, tmp_path / "1", query=query, mark="").file) == ["ab:cd1"]


def test_the_same_rows_make_the_same_bytes(shop: Shop, tmp_path: Path) -> None:
    shop.add(1, 2, 3)
    files = [
        export(shop, tmp_path / order, query=f"SELECT * FROM reviews ORDER BY number {order}", mark="").file
        for order in ("ASC", "DESC")
    ]
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT body FROM nowhere", r"the database refuses: .*nowhere"),
        ("DELETE FROM reviews", r"the database refuses: .*syntax error"),
        ("SELECT body, label FROM reviews", r"the database refuses: .*number"),
    ],
)
def test_a_query_that_cannot_be_run_is_said(shop: Shop, tmp_path: Path, query: str, message: str) -> None:
    shop.add(1)
    with pytest.raises(DataError, match=message):
        export(shop, tmp_path / "1", query=query)
    assert texts(export(shop, tmp_path / "2").file) == ["评论1"]


def test_values_of_every_type_become_text(server: str, tmp_path: Path) -> None:
    shop = Shop(postgres.create_database(server, "types"))
    query = """SELECT 'a' AS text, ARRAY['x', '好'] AS label, '[{"role": "user"}]'::json AS messages,
               2.50::numeric AS n,
               true AS flag, 3.0::float AS f, DATE '2026-11-22' AS day, NULL AS nothing"""
    (row,) = pq.read_table(export(shop, tmp_path / "1", query=query, mark="").file).to_pylist()
    assert row == {
        "text": "a",
        "label": '["x", "好"]',
        "messages": '[{"role": "user"}]',
        "n": "2.50",
        "flag": "true",
        "f": "3",
        "day": "2026-11-22",
        "nothing": None,
    }
    with pytest.raises(DataError, match=r"a column of bytes"):
        export(shop, tmp_path / "2", query="SELECT '\\x00'::bytea AS text", mark="")
    with pytest.raises(DataError, match=r"the query names a column twice"):
        export(shop, tmp_path / "3", query="SELECT 'a' AS text, 'b' AS text", mark="")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (None, r"DAYBREAK_SOURCE_URL is not set; expected the database's URL: postgresql.*params.yaml"),
        ("nonsense", r"DAYBREAK_SOURCE_URL cannot be used"),
        ("oracle9://u:hunter2@h/d", r"DAYBREAK_SOURCE_URL cannot be used"),
        ("sqlite:////nowhere/shop.db", r"the file that DAYBREAK_SOURCE_URL names is not there"),
        ("postgresql+psycopg://u:hunter2@127.0.0.1:9/d", r"the database cannot be reached: OperationalError"),
        ("mysql+pymysql://u:hunter2@127.0.0.1:9/d", r"the database cannot be reached: OperationalError"),
        ("postgresql+psycopg://u:p@hunter2@127.0.0.1:9/d", r"more than one @; .*Write any other @ as %40"),
        ("postgresql+psycopg://u:p@x/hunter2@127.0.0.1:9/d", r"more than one @; .*Write any other @ as %40"),
        ("postgresql+psycopg://u:p@127.0.0.1:hunter2/d", r"DAYBREAK_SOURCE_URL cannot be used"),
        ("mysql://u:hunter2@h/d", r"mysqldb, is not installed; expected mysql\+pymysql://…; Install daybreak\[mysql\]"),
        ("postgresql://u:hunter2@h/d", r"psycopg2, is not installed; .*psycopg://…; Install daybreak\[postgres\]"),
        ("mariadb+mariadbconnector://u:hunter2@h/d", r"is not installed; .*Install daybreak\[mysql\]: `pip install"),
        (
            "oracle://u:hunter2@h/d",
            r"cx_oracle, is not installed; expected postgresql.*; Install it, or correct the URL",
        ),
        (f"mysql+pymysql://u:p@{'hunter2' * 10}/d", r"the database cannot be reached: "),
        ("mysql+pymysql://u:p@127.0.0.1:9/d?hunter2=1", r"the database cannot be reached: TypeError"),
    ],
)
def test_a_database_that_cannot_be_had_is_said_without_its_password(
    tmp_path: Path, url: str | None, message: str
) -> None:
    with pytest.raises(DataError, match=message) as raised:
        sql.export(SecretStr(url) if url else None, QUERY, "number", None, tmp_path)
    assert "hunter2" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_mysql_is_asked_in_its_own_words() -> None:
    from sqlalchemy.dialects import mysql

    asked = str(sql._select(QUERY, "seen at", sql.Since("2026-11-22", ())).compile(dialect=mysql.dialect()))
    assert "`seen at` >= %s" in asked
    assert "FROM (SELECT number, body AS text, label, seen FROM reviews\n) AS found" in asked


def night(root: Path, params: IngestParams = PARAMS) -> list[str]:
    """What the project holds after admission and ingest, by text."""
    admit(root, params)
    ingest(root, params)
    return sorted(pq.read_table(root / "data/ingest/rows.parquet")["text"].to_pylist())


def test_nights_add_batches_and_what_they_brought_stays(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYBREAK_SOURCE_URL", shop.url.get_secret_value())
    root = tmp_path / "project"
    shop.add(1, 2)
    assert night(root) == ["评论1", "评论2"]
    assert is_current(root, PARAMS)
    before = (root / sources.FILE).read_bytes()
    assert night(root) == ["评论1", "评论2"]
    assert (root / sources.FILE).read_bytes() == before
    shop.add(3)
    assert not is_current(root, PARAMS)
    shop._run("DELETE FROM reviews WHERE number = 1")
    assert night(root) == ["评论1", "评论2", "评论3"]
    recorded = sources.read_sources(root)
    assert recorded is not None
    assert [(batch.name, batch.watermark) for batch in recorded.batches] == [("sql-0001", 2), ("sql-0002", 3)]
    assert b"sqlite" not in (root / sources.FILE).read_bytes()


def test_without_a_watermark_the_query_is_the_whole_truth(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYBREAK_SOURCE_URL", shop.url.get_secret_value())
    root, params = tmp_path / "project", PARAMS.model_copy(update={"watermark": None})
    shop.add(1, 2)
    assert night(root, params) == ["评论1", "评论2"]
    assert not is_current(root, params)
    shop._run("DELETE FROM reviews WHERE number = 1")
    assert night(root, params) == ["评论2"]


def test_a_database_that_vanished_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, root = tmp_path / "shop.db", tmp_path / "project"
    shop = Shop(f"sqlite:///{file}")
    monkeypatch.setenv("DAYBREAK_SOURCE_URL", shop.url.get_secret_value())
    shop.add(1)
    night(root)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE reviews")
    with pytest.raises(DataError, match=r"the database refuses: no such table: reviews"):
        admit(root, PARAMS)
    file.unlink()
    with pytest.raises(DataError, match=r"is not there"):
        is_current(root, PARAMS)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
