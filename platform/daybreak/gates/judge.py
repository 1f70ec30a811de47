"""Asks every gate; whatever happens inside one, no gate passes by accident."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from daybreak import digests, gates
from daybreak.errors import EvidenceMismatch
from daybreak.gates import limits
from daybreak.gates.base import GateParams
from daybreak.gates.decision import not_applicable, without_numbers
from daybreak.records import Evidence, Judgement, Measurements, Outcome, Verdict

VERDICTS = "verdicts.json"


def judge(
    evidence: Evidence,
    params: Any,
    folder: Path,
    champion_version: int | None,
    loosened: Sequence[str] = (),
    *,
    plugins: Path | None = None,
) -> Judgement:
    """Ask every discovered gate, those of the project's `plugins` too, and write verdicts.json into `folder`.

    Each is asked with its own section of `params`. `loosened` names limits that ask less than the commit's; any of
    them blocks the release. Raises EvidenceMismatch if the measurements were altered, the candidate was measured on
    another data version, or a plugin came or went since `params` were read.
    """
    _verify(evidence)
    found = gates.discover(plugins)
    _demand_same(set(found), set(type(params).model_fields))
    verdicts = tuple(ask(name, gate, evidence, getattr(params, name)) for name, gate in found.items())
    if loosened:
        verdicts = (limits.verdict(loosened), *verdicts)
    judgement = Judgement(
        verdicts=verdicts,
        evidence_digest=evidence.digest,
        champion_version=champion_version,
        digest=Judgement.compute_digest(verdicts, evidence.digest, champion_version),
    )
    content = {"limits": params.model_dump(mode="json"), **judgement.model_dump(mode="json")}
    (folder / VERDICTS).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return judgement


def ask(name: str, gate: ModuleType, evidence: Evidence, params: GateParams) -> Verdict:
    """One gate's verdict in its mode: INCONCLUSIVE if it was not run, raised, or answered in another's name."""
    if params.mode == "off":
        return _undecided(name, "off", "Switched off in params.yaml: not run.").model_copy(update={"mode": "off"})
    recipe, judged = evidence.candidate.recipe, getattr(gate, "RECIPES", (evidence.candidate.recipe,))
    if recipe not in judged:
        reason = f"This gate judges models of recipe {' or '.join(judged)}; the candidate's is {recipe}."
        return not_applicable(name, "other_recipe", reason).model_copy(update={"mode": params.mode})
    try:
        verdict = gate.check(evidence, params)
        if not isinstance(verdict, Verdict) or verdict.gate != name:
            raise TypeError(f"the gate {name} answered {verdict!r} instead of its own Verdict")
    except Exception as error:
        verdict = _undecided(name, "error", f"The gate could not decide: {type(error).__name__}: {error}")
    return verdict.model_copy(update={"mode": params.mode})


def _verify(evidence: Evidence) -> None:
    for side in (evidence.candidate, evidence.champion, evidence.anchor):
        if side and _digest(side) != side.digest:
            raise EvidenceMismatch(f"the measurements in {side.path} were altered", side.digest[:12], "Measure again")
    if evidence.candidate.dataset_digest != evidence.dataset.digest:
        found = f"the candidate was measured on data {evidence.candidate.dataset_digest[:12]}"
        raise EvidenceMismatch(found, evidence.dataset.digest[:12], "Measure it on this data version")


def _demand_same(found: set[str], expected: set[str]) -> None:
    """No gate is left out, and none is asked without its limits."""
    if found != expected:
        changed = ", ".join(sorted(found ^ expected))
        raise EvidenceMismatch(f"plugins/ changed while the night ran: {changed}", "the same gates", "Run again")


def _digest(side: Measurements) -> str:
    return digests.of_files(side.path.iterdir(), below=side.path) if side.path.is_dir() else ""


def _undecided(name: str, code: str, reason: str) -> Verdict:
    return without_numbers(name, Outcome.INCONCLUSIVE, code, reason)
