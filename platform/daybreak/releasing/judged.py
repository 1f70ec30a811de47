"""Release and promotion: a candidate becomes champion on verdicts that belong to it, by the night or by a person."""

import time
from pathlib import Path

from daybreak.errors import ReleaseError
from daybreak.ledger import Ledger
from daybreak.records import Evidence, Judgement, Move, MoveKind, Project
from daybreak.releasing import sealing
from daybreak.releasing.candidate import Candidate, demand_complete, demand_intact, demand_registered, demand_unaltered
from daybreak.releasing.moving import move, moved_outside
from daybreak.tracking import Registry


def release(
    ledger: Ledger,
    registry: Registry,
    project: Project,
    *,
    candidate: Candidate,
    evidence: Evidence,
    judgement: Judgement,
    dossier: Path,
    actor: str,
    reason: str,
) -> Move:
    """Make the candidate champion; gives the journal's row: `done`, `refused` by a gate, or `held` after a rollback.

    `dossier` is the dossier.json that was sealed with the judgement. Raises EvidenceMismatch when verdicts, evidence,
    dossier, files and registered version do not belong together, BadInput for verdicts of an earlier version of
    Daybreak, LostRace when the champion is no longer the one the candidate was judged against, and ReleaseError when
    the alias was moved by somebody else. In each case the champion is what it was.
    """
    return _move_judged(
        ledger,
        registry,
        project,
        candidate,
        evidence=evidence,
        judgement=judgement,
        dossier=dossier,
        kind="release",
        actor=actor,
        reason=reason,
    )


def promote(
    ledger: Ledger,
    registry: Registry,
    project: Project,
    *,
    candidate: Candidate,
    evidence: Evidence,
    judgement: Judgement,
    dossier: Path,
    actor: str,
    reason: str,
    override: bool = False,
) -> Move:
    """Make the candidate champion because a person says so, on the same terms as `release`.

    With `override`, gates, dossier and holds are not asked, the model becomes the anchor, and the journal says so.
    Without, ReleaseError says which gate or hold is in the way; the attempt stays in the journal.
    """
    made = _move_judged(
        ledger,
        registry,
        project,
        candidate,
        evidence=evidence,
        judgement=judgement,
        dossier=dossier,
        kind="promote",
        actor=actor,
        reason=f"override: {reason}" if override else reason,
        override=override,
    )
    if made.outcome != "done":
        raise ReleaseError(
            f"version {candidate.version} was not promoted, it is {made.outcome} ({made.reason})",
            "no gate and no hold in the way",
            "Mend that, or answer for it yourself with --override --by NAME --reason TEXT",
        )
    return made


def _move_judged(
    ledger: Ledger,
    registry: Registry,
    project: Project,
    candidate: Candidate,
    *,
    evidence: Evidence,
    judgement: Judgement,
    dossier: Path,
    kind: MoveKind,
    actor: str,
    reason: str,
    override: bool = False,
) -> Move:
    demand_unaltered(judgement, evidence, candidate)
    if not override:
        demand_complete(judgement, project)
        sealing.demand(ledger, project, candidate, judgement, dossier)
    proposal = candidate.propose(kind, actor=actor, reason=reason, judgement=judgement, accepted=override)
    if judgement.blocked_by and not override:
        blockers = ", ".join(verdict.gate for verdict in judgement.blocked_by)
        refused = proposal.model_copy(update={"reason": f"{blockers}: {judgement.blocked_by[0].reason}"})
        return ledger.record_refusal(project.name, refused, judgement.champion_version)
    if outside := moved_outside(ledger, registry, project):
        raise outside
    began = time.monotonic()
    demand_intact(candidate.artifact)
    demand_registered(registry, project, proposal)
    return move(
        ledger,
        registry,
        project,
        proposal,
        expected_from=judgement.champion_version,
        began=began,
        despite_holds=override,
    )
