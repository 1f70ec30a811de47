"""The room's door: everything that moves a champion, by one name each."""

from daybreak import releasing
from daybreak.records import Move


def test_the_door_names_what_moves_the_champion() -> None:
    assert set(releasing.__all__) >= {"release", "promote", "rollback", "accept", "restore", "adopt", "heal"}
    for name in releasing.__all__:
        assert getattr(releasing, name).__module__.startswith("daybreak.releasing.")


def test_the_journal_knows_a_word_for_each() -> None:
    kinds = Move.model_json_schema()["properties"]["kind"]["enum"]
    assert kinds == ["release", "promote", "rollback", "reconcile", "adopt"]
