"""The journal's copy elsewhere: complete, checkable with ten lines of any language, and never overwritten by less."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from daybreak.errors import ReleaseError
from daybreak.ledger import Ledger, Proposal
from daybreak.ledger.chain import broken_link
from daybreak.ledger.copying import from_lines, to_lines

MakeProposal = Callable[..., Proposal]


@pytest.fixture
def kept(ledger: Ledger, make_proposal: MakeProposal) -> Ledger:
    for version in (1, 2):
        ledger.record_refusal("sample", make_proposal(version, reason="比冠军差"), None)
    return ledger


def test_the_copy_holds_every_row(kept: Ledger, tmp_path: Path) -> None:
    file = kept.export_journal("sample", tmp_path / "remote" / "journal.jsonl")
    assert from_lines(file.read_text(encoding="utf-8")) == kept.journal("sample")
    assert "比冠军差" in file.read_text(encoding="utf-8")


def test_the_copy_can_be_checked_without_daybreak(kept: Ledger, tmp_path: Path) -> None:
    previous = ""
    for line in kept.export_journal("sample", tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        digest = row.pop("digest")
        assert row["previous"] == previous
        assert hashlib.sha256(json.dumps(row, sort_keys=True, ensure_ascii=False).encode()).hexdigest() == digest
        previous = digest


def test_the_copy_grows_with_the_journal(kept: Ledger, tmp_path: Path, make_proposal: MakeProposal) -> None:
    file = kept.export_journal("sample", tmp_path / "journal.jsonl")
    before = file.read_text(encoding="utf-8")
    assert kept.export_journal("sample", file).read_text(encoding="utf-8") == before
    kept.record_refusal("sample", make_proposal(3), None)
    after = kept.export_journal("sample", file).read_text(encoding="utf-8")
    assert after.startswith(before)
    assert len(after.splitlines()) == 3


def test_a_copy_that_knows_more_is_left_alone(kept: Ledger, tmp_path: Path) -> None:
    file = kept.export_journal("sample", tmp_path / "journal.jsonl")
    before = file.read_text(encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"holds rows that the journal has lost or changed; .*it is the evidence"):
        Ledger(f"sqlite:///{tmp_path / 'another.db'}").export_journal("sample", file)
    assert file.read_text(encoding="utf-8") == before


def test_an_altered_line_shows(kept: Ledger) -> None:
    lines = to_lines(kept.journal("sample"))
    assert broken_link(from_lines(lines)) is None
    altered = broken_link(from_lines(lines.replace("比冠军差", "比冠军好", 1)))
    assert altered is not None
    assert altered.startswith("row 1 (move of")
