"""The journal is a chain of hashes: it grows at its end, and the first broken row is named."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from daybreak.errors import StepFailed
from daybreak.ledger import Ledger, Proposal
from daybreak.ledger.chain import broken_link, likeness
from daybreak.records import Hold

MakeProposal = Callable[..., Proposal]


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, url: str, make_proposal: MakeProposal) -> Ledger:
    """A ledger with three releases, a refusal and a rollback, on both databases."""
    ledger = Ledger(request.getfixturevalue("postgres") if request.param == "postgresql" else url)
    for version in (1, 2, 3):
        move(ledger, make_proposal(version), version - 1 or None)
    ledger.record_refusal("sample", make_proposal(4), 3)
    move(ledger, make_proposal(2, kind="rollback", actor="林晓", reason="答错"), 3)
    return ledger


def move(ledger: Ledger, proposal: Proposal, expected_from: int | None, project: str = "sample") -> None:
    ledger.begin_move(project, proposal, expected_from)
    with ledger.settle(project) as settlement:
        assert settlement is not None
        settlement.finish("done", 12.345)


def tamper(ledger: Ledger, *statements: str) -> None:
    """What somebody with the database's password can do: take the guards away, and rewrite history."""
    drop = "DROP TRIGGER {name}" if ledger._database._is_file else "DROP TRIGGER {name} ON {table}"
    guards = [(name, "moves") for name in ("moves_keep_facts", "moves_keep_outcome", "moves_stay")]
    guards += [(name, "journal") for name in ("journal_keeps_facts", "journal_stays")]
    with ledger._database.write("sample") as session:
        for name, table in guards:
            session.execute(text(drop.format(name=name, table=table)))
        for statement in statements:
            session.execute(text(statement))


def test_every_settled_move_and_hold_is_in_the_chain(kept: Ledger) -> None:
    journal = kept.journal("sample")
    assert [entry.number for entry in journal] == [1, 2, 3, 4, 5, 6]
    assert [entry.event for entry in journal] == ["move", "move", "move", "move", "move", "hold_set"]
    assert journal[0].previous == ""
    assert [entry.previous for entry in journal[1:]] == [entry.digest for entry in journal[:-1]]
    assert journal[3].facts["outcome"] == "refused"
    assert kept.verify("sample") is None


def test_an_attempt_that_lost_is_in_the_chain_and_a_pending_one_is_not_yet(
    ledger: Ledger, make_proposal: MakeProposal
) -> None:
    ledger.begin_move("sample", make_proposal(1), None)
    assert ledger.journal("sample") == []
    with pytest.raises(Exception, match="did not become champion"):
        ledger.begin_move("sample", make_proposal(2), None)
    assert [entry.facts["outcome"] for entry in ledger.journal("sample")] == ["lost_race"]
    assert ledger.verify("sample") is None


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE journal SET event = 'approval' WHERE number = 3", r"row 3 \(approval of .* UTC\) was altered"),
        ("UPDATE journal SET digest = 'f' WHERE number = 2", r"row 2 \(move of .* UTC\) was altered"),
        ("UPDATE journal SET previous = '' WHERE number = 4", "row 4 does not follow from row 3"),
        ("DELETE FROM journal WHERE number = 2", "row 2 is missing"),
        ("UPDATE moves SET actor = 'nobody' WHERE to_version = 1", "move 1 is not what row 1 says"),
        ("UPDATE moves SET data_version = 9 WHERE outcome = 'refused'", "move 4 is not what row 4 says"),
        ("UPDATE moves SET artifact = '{}' WHERE id = 3", "move 3 is not what row 3 says"),
        ("DELETE FROM moves WHERE id = 5", "move 5 of row 5 is gone"),
        ("DELETE FROM journal WHERE number >= 5", "move 5 is not in the chain"),
    ],
)
def test_the_first_broken_row_is_named(kept: Ledger, statement: str, fault: str) -> None:
    import re

    tamper(kept, statement)
    found = kept.verify("sample")
    assert found is not None
    assert re.fullmatch(fault, found), found


@pytest.mark.parametrize(
    "statement", ["UPDATE journal SET event = 'approval'", "DELETE FROM journal", "UPDATE moves SET kind = 'adopt'"]
)
def test_no_plain_statement_rewrites_it(kept: Ledger, statement: str) -> None:
    with pytest.raises(StepFailed, match="append-only"), kept._database.write("sample") as session:
        session.execute(text(statement))
    assert kept.verify("sample") is None


def test_projects_have_chains_of_their_own(kept: Ledger, make_proposal: MakeProposal) -> None:
    move(kept, make_proposal(1), None, project="other")
    (entry,) = kept.journal("other")
    assert (entry.number, entry.previous) == (1, "")
    assert kept.verify("other") is None
    assert kept.verify("sample") is None
    assert kept.holds("other") == ()


def test_a_digest_is_the_sha256_of_the_rest(kept: Ledger) -> None:
    import hashlib
    import json

    (*_, last) = kept.journal("sample")
    content = json.dumps(last.content, sort_keys=True, ensure_ascii=False)
    assert last.digest == hashlib.sha256(content.encode()).hexdigest()


def test_an_empty_chain_holds(ledger: Ledger) -> None:
    assert broken_link([]) is None
    assert ledger.verify("sample") is None


def test_holds_are_set_by_rollbacks_and_lifted_by_name(kept: Ledger, make_proposal: MakeProposal) -> None:
    (hold,) = kept.holds("sample")
    assert (hold.number, hold.version, hold.actor, hold.reason) == (6, 3, "林晓", "答错")
    move(kept, make_proposal(1, kind="rollback"), 2)
    assert [hold.version for hold in kept.holds("sample")] == [2, 3]
    lifted = kept.lift_holds("sample", actor="王芳", reason="查清了")
    assert [hold.version for hold in lifted] == [2, 3]
    assert kept.holds("sample") == ()
    assert kept.lift_holds("sample", actor="王芳", reason="再来") == ()
    (*_, last) = kept.journal("sample")
    assert last.facts == {"hold": hold.number, "actor": "王芳", "reason": "查清了"}
    assert kept.verify("sample") is None


@pytest.mark.parametrize(
    ("changes", "alike"),
    [
        ({}, True),
        ({"to_version": 8}, True),
        ({"to_version": 8, "sha": 8}, True),
        ({"to_version": 8, "sha": 8, "weights_sha256": "w2"}, True),
        ({"to_version": 8, "sha": 8, "weights_sha256": "w2", "data_version": 4}, False),
        ({"to_version": 8, "sha": 8, "weights_sha256": "w2", "params_digest": "p2"}, False),
        ({"to_version": 8, "sha": 8, "weights_sha256": "", "params_digest": ""}, False),
    ],
)
def test_what_is_like_a_withdrawn_model(
    kept: Ledger, make_proposal: MakeProposal, changes: dict[str, object], alike: bool
) -> None:
    (found,) = kept.holds("sample")
    hold = Hold.model_validate({**found.model_dump(), "weights_sha256": "w1", "params_digest": "p1"})
    told = {"to_version": 3, "sha": 3, "weights_sha256": "w1", "params_digest": "p1", **changes}
    artifact = make_proposal(told.pop("sha")).artifact
    proposal = make_proposal(**told, artifact=artifact)
    assert (likeness(hold, proposal) is not None) is alike


def test_what_is_unknown_of_old_moves_is_like_nothing(kept: Ledger, make_proposal: MakeProposal) -> None:
    (hold,) = kept.holds("sample")
    assert (hold.weights_sha256, hold.params_digest) == ("", "")
    assert likeness(hold, make_proposal(8)) is None
