"""The judge: modes, accidents, and the seal over verdicts."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from daybreak import digests, gates
from daybreak.errors import EvidenceMismatch
from daybreak.gates.base import GateParams
from daybreak.gates.judge import VERDICTS, ask, judge
from daybreak.params import gates_section
from daybreak.records import Evidence, Judgement, Measurements, Outcome, Verdict


def seal(side: Measurements) -> Measurements:
    return side.model_copy(update={"digest": digests.of_files(side.path.iterdir(), below=side.path)})


@pytest.fixture
def sealed(evidence: Evidence) -> Evidence:
    assert evidence.champion is not None
    return evidence.model_copy(update={"candidate": seal(evidence.candidate), "champion": seal(evidence.champion)})


def section(**limits: Any) -> Any:
    return gates_section()(**limits)


def gate_that(answer: Any) -> ModuleType:
    module = ModuleType("odd")

    def check(evidence: Evidence, params: GateParams) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    module.check = check  # type: ignore[attr-defined]
    return module


def test_every_gate_is_asked_and_written_down(sealed: Evidence, tmp_path: Path) -> None:
    judgement = judge(sealed, section(), tmp_path, 3)
    assert [verdict.gate for verdict in judgement.verdicts] == list(gates.discover())
    assert judgement.blocked_by == ()
    assert judgement.champion_version == 3
    written = json.loads((tmp_path / VERDICTS).read_text(encoding="utf-8"))
    assert written["digest"] == judgement.digest
    assert written["limits"]["quality"]["margin"] == 0.024


def test_the_digest_covers_verdicts_evidence_and_champion(sealed: Evidence, tmp_path: Path) -> None:
    judgement = judge(sealed, section(), tmp_path, 3)
    assert judgement.evidence_digest == sealed.digest
    assert judgement.digest == Judgement.compute_digest(judgement.verdicts, sealed.digest, 3)
    assert judge(sealed, section(), tmp_path, 3) == judgement
    assert judge(sealed, section(), tmp_path, 4).digest != judgement.digest


def test_modes_decide_what_stops_a_release(sealed: Evidence, tmp_path: Path) -> None:
    for mode, stops in (("block", True), ("warn", False)):
        judgement = judge(sealed, section(quality={"mode": mode, "min_accuracy": 0.99}), tmp_path, None)
        (quality,) = (verdict for verdict in judgement.verdicts if verdict.gate == "quality")
        assert quality.outcome is Outcome.FAIL
        assert quality.mode == mode
        assert bool(judgement.blocked_by) is stops


def test_a_gate_that_is_off_is_listed_and_not_run(sealed: Evidence, tmp_path: Path) -> None:
    (sealed.candidate.path / "latency.json").write_text("not JSON", encoding="utf-8")
    changed = sealed.model_copy(update={"candidate": seal(sealed.candidate)})
    judgement = judge(changed, section(latency={"mode": "off"}), tmp_path, None)
    (latency,) = (verdict for verdict in judgement.verdicts if verdict.gate == "latency")
    assert latency.code == "off"
    assert latency.outcome is Outcome.INCONCLUSIVE
    assert judgement.blocked_by == ()


@pytest.mark.parametrize(
    "answer",
    [
        RuntimeError("out of paper"),
        None,
        True,
        Verdict(gate="another", outcome=Outcome.PASS, measured=1, limit=1, bound=1, samples=1, reason="Yes."),
    ],
)
def test_no_gate_passes_by_accident(evidence: Evidence, answer: Any) -> None:
    verdict = ask("odd", gate_that(answer), evidence, GateParams())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.code == "error"
    assert verdict.blocks


def test_the_reason_names_the_error(evidence: Evidence) -> None:
    verdict = ask("odd", gate_that(RuntimeError("out of paper")), evidence, GateParams())
    assert "RuntimeError: out of paper" in verdict.reason


def test_altered_measurements_are_refused(sealed: Evidence, tmp_path: Path) -> None:
    (sealed.candidate.path / "toxicity.json").write_text("{}", encoding="utf-8")
    with pytest.raises(EvidenceMismatch, match="were altered"):
        judge(sealed, section(), tmp_path, None)


def test_measurements_of_other_data_are_refused(sealed: Evidence, tmp_path: Path) -> None:
    other = sealed.dataset.model_copy(update={"digest": "f" * 64})
    with pytest.raises(EvidenceMismatch, match="measured on data"):
        judge(sealed.model_copy(update={"dataset": other}), section(), tmp_path, None)
