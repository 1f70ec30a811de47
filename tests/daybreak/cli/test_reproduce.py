"""`daybreak runs reproduce` gives the contract's keys, and a sentence."""

from typing import Any

from making import Finished


def test_a_run_is_reproduced(ask: Any, finished: Finished) -> None:
    found = ask("runs", "reproduce", finished.record.run_id[:12])
    assert found["identical"] is True
    assert found["differences"] == []
    assert found["run_id"] == finished.record.run_id


def test_what_was_changed_and_changed_nothing_is_named(read: Any, finished: Finished) -> None:
    said = " ".join(read("runs", "reproduce", finished.record.run_id, "-p", "training.spike=1000").split())
    assert "the same weights, artifact and metrics again, although: - training.spike=1000 was set on purpose" in said


def test_it_speaks_to_people(read: Any, finished: Finished) -> None:
    assert (
        read("runs", "reproduce", finished.record.run_id)
        .replace("\n", " ")
        .strip()
        .endswith("gives the same weights, artifact and metrics again.")
    )
