"""The contract must fail gates that break it."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import Field

from daybreak.gates.base import GateParams
from daybreak.records import Evidence, Outcome, Verdict
from daybreak.testing.gate_contract import ROWS, GateContract, make_evidence


class Params(GateParams):
    """Limits."""

    limit: float = Field(default=1.0, description="points")


class Vague(GateParams):
    """Limits without a unit."""

    limit: float = 1.0


def gate(check: Any, params: type[GateParams] = Params) -> ModuleType:
    module = ModuleType("odd", "A gate.")
    module.check, module.Params = check, params  # type: ignore[attr-defined]
    return module


def always(evidence: Evidence, params: GateParams) -> Verdict:
    """PASS, whatever the evidence."""
    return Verdict(gate="odd", outcome=Outcome.PASS, measured=1, limit=1, bound=1, samples=1, reason="Yes.")


def unsure(evidence: Evidence, params: GateParams) -> Verdict:
    """Never the same twice."""
    calls.append(1)
    return always(evidence, params).model_copy(update={"measured": len(calls)})


def writes(evidence: Evidence, params: GateParams) -> Verdict:
    """Leaves something behind."""
    (evidence.candidate.path / "note.txt").write_text("hello", encoding="utf-8")
    return always(evidence, params)


calls: list[int] = []


def test_a_gate_that_passes_without_evidence_is_caught(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        GateContract().test_never_passes_what_was_not_measured(gate(always), make_evidence(tmp_path))


def test_a_gate_that_changes_its_mind_is_caught(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        GateContract().test_same_evidence_same_verdict(gate(unsure), make_evidence(tmp_path))


def test_a_gate_that_writes_is_caught(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        GateContract().test_leaves_the_evidence_as_it_is(gate(writes), make_evidence(tmp_path))


def test_a_limit_without_a_unit_is_caught() -> None:
    with pytest.raises(AssertionError, match="limits without a description of their unit"):
        GateContract().test_says_what_it_is_and_what_its_limits_are(gate(always, Vague))


def test_a_gate_in_anothers_name_is_caught(tmp_path: Path) -> None:
    module = gate(always)
    module.__name__ = "other"
    with pytest.raises(AssertionError):
        GateContract().test_answers_in_its_own_name_with_a_reason(module, make_evidence(tmp_path))


def test_the_evidence_is_complete(tmp_path: Path) -> None:
    import pandas as pd

    evidence = make_evidence(tmp_path)
    assert len(pd.read_parquet(evidence.candidate.path / "predictions.parquet")) == ROWS
    assert evidence.champion is not None
    (tmp_path / "other").mkdir()
    assert make_evidence(tmp_path / "other", champion=False).champion is None
