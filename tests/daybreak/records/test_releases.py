"""An entry of the journal is sealed over all it says."""

from datetime import UTC, datetime

from daybreak.records import JournalEntry

ENTRY = JournalEntry(
    project="sample",
    number=2,
    at=datetime(2026, 11, 22, 2, tzinfo=UTC),
    event="move",
    facts={"to_version": 3, "reason": "更好"},
    previous="a" * 64,
)


def test_a_sealed_entry_bears_the_digest_of_its_content() -> None:
    sealed = ENTRY.sealed()
    assert len(sealed.digest) == 64
    assert sealed.content == ENTRY.content
    assert sealed.sealed() == sealed


def test_whatever_is_altered_shows() -> None:
    changes = ({"previous": "b" * 64}, {"facts": {"to_version": 4}}, {"number": 3}, {"event": "hold"})
    others = {ENTRY.model_copy(update=change).sealed().digest for change in changes}
    assert len(others) == 4
    assert ENTRY.sealed().digest not in others
