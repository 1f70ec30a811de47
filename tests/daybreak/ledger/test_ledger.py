"""The ledger's promises: runs come back as they were, and exactly one move wins."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import pytest

from daybreak.errors import BadInput, LostRace, StepFailed
from daybreak.ledger import Ledger, Proposal
from daybreak.ledger.tables import VerdictRow
from daybreak.records import RunRecord

MakeRun = Callable[..., RunRecord]
MakeProposal = Callable[..., Proposal]


def release(ledger: Ledger, proposal: Proposal, expected_from: int | None) -> None:
    ledger.begin_move("sample", proposal, expected_from)
    with ledger.settle("sample") as settlement:
        assert settlement is not None
        settlement.finish("done", 12.5)


def attempt(url: str, proposal: Proposal) -> bool:
    try:
        release(Ledger(url), proposal, None)
    except LostRace:
        return False
    return True


def test_a_run_comes_back_as_it_was(ledger: Ledger, make_run: MakeRun) -> None:
    record = make_run()
    ledger.record_run(record)
    assert ledger.run("sample", record.run_id) == record


def test_runs_are_newest_first_and_of_one_project(ledger: Ledger, make_run: MakeRun) -> None:
    for night in (2, 1, 3):
        ledger.record_run(make_run(night))
    ledger.record_run(make_run(9, project="other"))
    assert [run.run_id for run in ledger.runs("sample", limit=2)] == ["night-3", "night-2"]
    latest = ledger.run("sample")
    assert latest is not None
    assert latest.run_id == "night-3"


def test_a_run_recorded_again_replaces_itself(ledger: Ledger, make_run: MakeRun) -> None:
    ledger.record_run(make_run(status="failed", released=False))
    ledger.record_run(make_run())
    assert [run.status for run in ledger.runs("sample")] == ["released"]


@pytest.mark.parametrize("broken", ["failed", "crashed", "cancelled"])
@pytest.mark.parametrize("whole", ["released", "refused", "held", "unchanged"])
def test_what_broke_off_never_replaces_what_was_whole(
    ledger: Ledger, make_run: MakeRun, whole: str, broken: str
) -> None:
    record = make_run(status=whole, released=whole == "released")
    ledger.record_run(record)
    ledger.record_run(make_run(status=broken, released=False, verdicts=()))
    assert ledger.runs("sample") == [record]
    with ledger._database.read() as session:
        assert [verdict.gate for verdict in session.query(VerdictRow)] == ["quality"]


def test_a_run_is_found_by_the_beginning_of_its_id(ledger: Ledger, make_run: MakeRun) -> None:
    ledger.record_run(make_run(1))
    ledger.record_run(make_run(12))
    ledger.record_run(make_run(2))
    found = ledger.run("sample", "night-2")
    assert found is not None
    exact = ledger.run("sample", "night-1")
    assert exact is not None
    assert exact.run_id == "night-1"
    assert ledger.run("sample", "dusk") is None
    assert ledger.run("sample", "night_2") is None
    with pytest.raises(BadInput, match=r"fits several runs; expected a longer beginning.*runs list"):
        ledger.run("sample", "night")


def test_a_key_finds_the_last_night_that_was_whole(ledger: Ledger, make_run: MakeRun) -> None:
    ledger.record_run(make_run(1, status="refused", released=False))
    ledger.record_run(make_run(2, status="failed", released=False))
    assert _last(ledger) == "night-1"
    ledger.record_run(make_run(3, status="unchanged", released=False, same_as="night-1"))
    ledger.record_run(make_run(4, status="crashed", released=False))
    assert _last(ledger) == "night-3"
    assert ledger.last_with_key("sample", "k2") is None
    assert ledger.last_with_key("other", "k1") is None


def _last(ledger: Ledger) -> str:
    found = ledger.last_with_key("sample", "k1")
    assert found is not None
    return found.run_id


def test_no_champion_before_the_first_release(ledger: Ledger) -> None:
    assert ledger.champion("sample") is None
    assert ledger.history("sample") == []
    assert ledger.pending("sample") is None


def test_the_champion_is_where_the_last_done_move_leads(ledger: Ledger, make_proposal: MakeProposal) -> None:
    release(ledger, make_proposal(1), None)
    release(ledger, make_proposal(2), 1)
    ledger.record_refusal("sample", make_proposal(3, reason="quality: worse"), 2)
    champion = ledger.champion("sample")
    assert champion is not None
    assert (champion.version, champion.artifact) == (2, make_proposal(2).artifact)
    assert champion.at.utcoffset() == timedelta(0)
    assert [(move.to_version, move.outcome) for move in ledger.history("sample")] == [
        (3, "refused"),
        (2, "done"),
        (1, "done"),
    ]


def test_projects_have_champions_of_their_own(ledger: Ledger, make_proposal: MakeProposal) -> None:
    release(ledger, make_proposal(1), None)
    assert ledger.champion("other") is None
    ledger.begin_move("other", make_proposal(7), None)
    assert ledger.pending("sample") is None


def test_a_move_from_the_wrong_champion_loses_and_is_kept(ledger: Ledger, make_proposal: MakeProposal) -> None:
    release(ledger, make_proposal(1), None)
    with pytest.raises(LostRace, match=r"the champion is version 1; expected no model yet.*; Run again"):
        ledger.begin_move("sample", make_proposal(2), None)
    assert [(move.from_version, move.to_version, move.outcome) for move in ledger.history("sample")] == [
        (None, 2, "lost_race"),
        (None, 1, "done"),
    ]


def test_a_pending_move_keeps_others_out_until_it_is_settled(ledger: Ledger, make_proposal: MakeProposal) -> None:
    ledger.begin_move("sample", make_proposal(1), None)
    with pytest.raises(LostRace, match="the night is moving the champion to version 1"):
        ledger.begin_move("sample", make_proposal(2), None)
    with ledger.settle("sample") as settlement:
        assert settlement is not None
        settlement.finish("undone")
    release(ledger, make_proposal(3), None)
    with ledger.settle("sample") as nothing:
        assert nothing is None


def test_a_settlement_that_breaks_leaves_the_move_pending(ledger: Ledger, make_proposal: MakeProposal) -> None:
    begun = ledger.begin_move("sample", make_proposal(1), None)
    with pytest.raises(RuntimeError), ledger.settle("sample") as settlement:
        assert settlement is not None
        settlement.finish("done")
        raise RuntimeError("the registry went away")
    assert ledger.pending("sample") == begun
    assert ledger.move("sample", begun.id).outcome == "pending"


def test_a_move_of_another_project_is_not_found(ledger: Ledger, make_proposal: MakeProposal) -> None:
    begun = ledger.begin_move("sample", make_proposal(1), None)
    with pytest.raises(BadInput, match="not in the journal of other"):
        ledger.move("other", begun.id)


def test_history_at_a_moment(ledger: Ledger, make_proposal: MakeProposal) -> None:
    before = datetime.now(UTC)
    release(ledger, make_proposal(1), None)
    assert ledger.history("sample", at=before) == []
    assert len(ledger.history("sample", at=datetime.now(UTC))) == 1
    with pytest.raises(BadInput, match=r"no time zone; expected a time such as"):
        ledger.history("sample", at=datetime(2026, 3, 1))  # noqa: DTZ001 - the point of the test


def test_twenty_threads_promote_at_once(ledger: Ledger, url: str, make_proposal: MakeProposal) -> None:
    with ThreadPoolExecutor(20) as pool:
        won = list(pool.map(lambda version: attempt(url, make_proposal(version)), range(1, 21)))
    assert sum(won) == 1
    journal = ledger.history("sample")
    assert sorted(move.to_version or 0 for move in journal) == list(range(1, 21))
    assert sorted({move.outcome for move in journal}) == ["done", "lost_race"]


def test_processes_open_and_promote_at_once(url: str, make_proposal: MakeProposal) -> None:
    """The file does not even exist when they all open it."""
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        won = list(pool.map(attempt, [url] * 8, [make_proposal(version) for version in range(1, 9)]))
    assert sum(won) == 1
    assert len(Ledger(url).history("sample")) == 8


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE moves SET outcome = 'undone' WHERE id = 1",
        "UPDATE moves SET actor = 'somebody else' WHERE id = 2",
        "DELETE FROM moves",
    ],
)
def test_the_journal_cannot_be_rewritten(ledger: Ledger, make_proposal: MakeProposal, statement: str) -> None:
    from sqlalchemy import text

    release(ledger, make_proposal(1), None)
    ledger.begin_move("sample", make_proposal(2), 1)
    with pytest.raises(StepFailed, match="append-only"), ledger._database.write("sample") as session:
        session.execute(text(statement))
    assert [move.outcome for move in ledger.history("sample")] == ["pending", "done"]
