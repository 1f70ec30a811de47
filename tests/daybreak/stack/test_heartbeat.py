"""The heartbeat survives being written, and a file that is no heartbeat is none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from daybreak.stack import heartbeat


def test_a_beat_is_read_back(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    heartbeat.beat(tmp_path / "stack", now)
    assert heartbeat.last(tmp_path / "stack") == now
    assert [path.name for path in (tmp_path / "stack").iterdir()] == ["heartbeat.json"]


def test_a_beat_is_of_now(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    heartbeat.beat(tmp_path)
    found = heartbeat.last(tmp_path)
    assert found is not None
    assert before <= found <= datetime.now(UTC)


@pytest.mark.parametrize(
    "content", [None, "", "{}", "[]", '{"at": 5}', '{"at": "noon"}', '{"at": "2026-11-22T02:00:00"}']
)
def test_what_is_no_heartbeat_is_none(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "heartbeat.json").write_text(content, encoding="utf-8")
    assert heartbeat.last(tmp_path) is None
