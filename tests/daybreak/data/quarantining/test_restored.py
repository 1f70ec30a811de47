"""The ids that a rule no longer refuses are gathered over all decisions about it."""

from pathlib import Path

from daybreak.data.quarantining.restored import exempt
from daybreak.data.reading import sources
from daybreak.data.reading.sources import Request, Restored, Sources


def test_nothing_is_exempt_before_anything_was_admitted(tmp_path: Path) -> None:
    assert exempt(tmp_path) == {}


def test_decisions_about_one_rule_add_up(tmp_path: Path) -> None:
    said = [("too_short", ("1",)), ("too_short", ("2", "3")), ("advertising", ("1",))]
    restored = tuple(Restored(rule=rule, ids=ids, reason="fine", by="Li") for rule, ids in said)
    sources.write_sources(tmp_path, Sources(request=Request(source="sample"), batches=(), restored=restored))
    assert exempt(tmp_path) == {"too_short": {"1", "2", "3"}, "advertising": {"1"}}


def test_where_nothing_was_restored_the_file_does_not_speak_of_it(tmp_path: Path) -> None:
    sources.write_sources(tmp_path, Sources(request=Request(source="sample"), batches=()))
    assert "restored" not in (tmp_path / sources.FILE).read_text(encoding="utf-8")
