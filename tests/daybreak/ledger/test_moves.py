"""Moves as rows: what was settled, held or lost, and what a moment's champion was."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from daybreak.errors import BadInput, LostRace
from daybreak.ledger import Ledger, Proposal
from daybreak.ledger.moves import lost, with_zone

MakeProposal = Callable[..., Proposal]


def move(ledger: Ledger, proposal: Proposal, expected_from: int | None) -> None:
    ledger.begin_move("sample", proposal, expected_from)
    with ledger.settle("sample") as settlement:
        assert settlement is not None
        settlement.finish("done", 12.5)


@pytest.fixture
def rolled_back(ledger: Ledger, make_proposal: MakeProposal) -> Ledger:
    for version in (1, 2, 3):
        move(ledger, make_proposal(version), version - 1 or None)
    move(ledger, make_proposal(2, kind="rollback", actor="林晓", reason="答错"), 3)
    return ledger


def test_a_move_tells_its_kind_weights_params_and_times(ledger: Ledger, make_proposal: MakeProposal) -> None:
    began = datetime.now(UTC)
    move(ledger, make_proposal(1, kind="adopt", weights_sha256="w", params_digest="p"), None)
    (made,) = ledger.history("sample")
    assert (made.kind, made.weights_sha256, made.params_digest, made.duration_ms) == ("adopt", "w", "p", 12.5)
    assert made.settled_at is not None
    assert began <= made.at <= made.settled_at <= datetime.now(UTC)


def test_a_pending_move_is_settled_at_no_time(ledger: Ledger, make_proposal: MakeProposal) -> None:
    assert ledger.begin_move("sample", make_proposal(1), None).settled_at is None
    refused = ledger.record_refusal("sample", make_proposal(2), None)
    assert refused.settled_at is not None
    assert refused.duration_ms is None


def test_what_is_on_hold_is_held_unless_that_does_not_matter(rolled_back: Ledger, make_proposal: MakeProposal) -> None:
    held = rolled_back.begin_move("sample", make_proposal(3), 2)
    assert held.outcome == "held"
    assert held.reason.startswith("林晓 withdrew version 3 on ")
    assert held.reason.endswith(
        "(答错), and it is that model; lift the hold with daybreak model unhold --by NAME --reason TEXT"
    )
    assert rolled_back.pending("sample") is None
    assert rolled_back.begin_move("sample", make_proposal(3), 2, despite_holds=True).outcome == "pending"


def test_a_race_that_was_lost_is_lost_and_not_held(rolled_back: Ledger, make_proposal: MakeProposal) -> None:
    with pytest.raises(LostRace):
        rolled_back.begin_move("sample", make_proposal(3), 3)


def test_an_undone_rollback_sets_no_hold(ledger: Ledger, make_proposal: MakeProposal) -> None:
    move(ledger, make_proposal(1), None)
    move(ledger, make_proposal(2), 1)
    ledger.begin_move("sample", make_proposal(1, kind="rollback"), 2)
    with ledger.settle("sample") as settlement:
        assert settlement is not None
        settlement.finish("undone")
    assert ledger.holds("sample") == ()


def test_a_moment_has_its_champion(ledger: Ledger, make_proposal: MakeProposal) -> None:
    before = datetime.now(UTC)
    move(ledger, make_proposal(1), None)
    between = datetime.now(UTC)
    ledger.begin_move("sample", make_proposal(2), 1)
    begun = datetime.now(UTC)
    with ledger.settle("sample") as settlement:
        assert settlement is not None
        settlement.finish("done")
    found = [ledger.champion("sample", at) for at in (before, between, begun, None)]
    assert [champion and champion.version for champion in found] == [None, 1, 1, 2]
    with pytest.raises(BadInput, match="no time zone"):
        ledger.champion("sample", datetime(2026, 3, 1))  # noqa: DTZ001 - the point of the test


def test_what_the_champion_was_judged_against_survives_a_rollback(rolled_back: Ledger) -> None:
    before = rolled_back.predecessor("sample")
    assert before is not None
    assert before.version == 1


def test_what_was_offered_comes_back_with_its_files(rolled_back: Ledger, make_proposal: MakeProposal) -> None:
    rolled_back.record_refusal("sample", make_proposal(7), 2)
    assert rolled_back.offered("sample", 7) == make_proposal(7)
    assert rolled_back.offered("sample", 7, released=True) is None
    assert rolled_back.offered("sample", 1, released=True) == make_proposal(1)
    assert rolled_back.offered("sample", 8) is None


def test_approvals_and_loads_are_kept(ledger: Ledger) -> None:
    entry = ledger.record_approval("sample", run_id="n1", version=3, approved=False, actor="王芳", reason="先等等")
    assert (entry.event, entry.facts["approved"], entry.facts["reason"]) == ("approval", False, "先等等")
    ledger.note("sample", "loaded", {"host": "a", "folder": "/m", "version": 1, "sha256": "x"})
    between = datetime.now(UTC)
    ledger.note("sample", "loaded", {"host": "a", "folder": "/m", "version": 2, "sha256": "y"})
    assert [load.facts["version"] for load in ledger.loads("sample")] == [2]
    assert [load.facts["version"] for load in ledger.loads("sample", between)] == [1]
    assert ledger.loads("sample", between - timedelta(days=1)) == []


def test_a_lost_race_says_what_to_do(make_proposal: MakeProposal) -> None:
    assert "Run again: the candidate is then judged" in str(lost(make_proposal(2), None, 1, None))
    late = str(lost(make_proposal(1, kind="rollback"), 2, 3, None))
    assert late.startswith("nothing was rolled back: the champion is version 3; expected version 2; See daybreak model")


def test_a_moment_needs_its_zone() -> None:
    now = datetime.now(UTC)
    assert with_zone(now) is now
    with pytest.raises(BadInput, match="such as 2026-11-20T08:00"):
        with_zone(datetime(2026, 3, 1))  # noqa: DTZ001 - the point of the test
