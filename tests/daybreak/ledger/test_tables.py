"""Rows and records: nothing is lost on the way, and no time without a zone gets in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import inspect
from sqlalchemy.dialects import sqlite

from daybreak.ledger import Ledger, Proposal
from daybreak.ledger.tables import Moment, MoveRow, RunRow, Table, VerdictRow
from daybreak.records import RunRecord

SHANGHAI = timezone(timedelta(hours=8))


def test_moments_are_kept_in_utc() -> None:
    moment, dialect = Moment(), sqlite.dialect()
    stored = moment.process_bind_param(datetime(2026, 3, 1, 8, 0, tzinfo=SHANGHAI), dialect)
    assert stored == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    assert moment.process_result_value(datetime(2026, 3, 1), dialect) == stored  # noqa: DTZ001 - as SQLite gives it
    assert moment.process_bind_param(None, dialect) is None
    assert moment.process_result_value(None, dialect) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Moment().process_bind_param(datetime(2026, 3, 1), sqlite.dialect())  # noqa: DTZ001 - the point of the test


def test_rows_become_the_records_they_were_made_of(
    make_run: Callable[..., RunRecord], make_proposal: Callable[..., Proposal]
) -> None:
    record = make_run()
    assert RunRow.of(record).to_record() == record
    verdict = VerdictRow.of(record.run_id, record.verdicts[0])
    assert (verdict.gate, verdict.outcome, verdict.samples) == ("quality", "PASS", 1700)
    row = MoveRow.of("sample", make_proposal(4), None, "pending")
    row.id = 1
    assert row.to_record().to_version == 4
    assert row.to_champion(None).artifact == make_proposal(4).artifact
    assert row.to_proposal(None) == make_proposal(4)


def test_the_migrations_make_the_tables_that_the_code_declares(ledger: Ledger) -> None:
    found = inspect(ledger._database._engine)
    for name, table in Table.metadata.tables.items():
        columns = {column["name"]: column["nullable"] for column in found.get_columns(name)}
        assert columns == {column.name: column.nullable for column in table.columns}
        assert {index["name"] for index in found.get_indexes(name)} == {index.name for index in table.indexes}
