"""Moves the champion, and is the only code that does: compare-and-set in the journal, then the alias, then read back.

The ledger is the truth and MLflow's alias its projection. A move is decided by its pending row, so whoever finds one
(this process, or the next command after a crash) brings it to its end under the project's lock.
"""

import time

from daybreak import digests, inference
from daybreak.errors import EvidenceMismatch, ReleaseError
from daybreak.ledger import Ledger, Proposal
from daybreak.ledger.ledger import Settlement
from daybreak.records import ArtifactRef, Evidence, Judgement, Move, Project, Record
from daybreak.tracking import Registry


class Candidate(Record):
    """What is to become champion: a registered version, the very files that were judged, and where they come from."""

    version: int
    artifact: ArtifactRef
    run_id: str
    data_version: int
    commit: str


def release(
    ledger: Ledger,
    registry: Registry,
    project: Project,
    *,
    candidate: Candidate,
    evidence: Evidence,
    judgement: Judgement,
    actor: str,
    reason: str,
) -> Move:
    """Make the candidate champion; gives the journal's row, whose outcome is `done`, or `refused` if a gate blocks.

    Raises EvidenceMismatch when verdicts, evidence, files and registered version do not belong together, LostRace when
    the champion is no longer the one the candidate was judged against, and ReleaseError when the alias was moved by
    somebody else. In each case the champion is what it was.
    """
    began = time.monotonic()
    _demand_unaltered(judgement, evidence, candidate)
    proposal = Proposal(
        to_version=candidate.version,
        artifact=candidate.artifact,
        run_id=candidate.run_id,
        data_version=candidate.data_version,
        commit=candidate.commit,
        actor=actor,
        reason=reason,
        evidence=judgement.digest,
    )
    if judgement.blocked_by:
        blockers = ", ".join(verdict.gate for verdict in judgement.blocked_by)
        refused = proposal.model_copy(update={"reason": f"{blockers}: {judgement.blocked_by[0].reason}"})
        return ledger.record_refusal(project.name, refused, judgement.champion_version)
    _demand_intact(candidate.artifact)
    _demand_registered(registry, project, candidate)
    if outside := moved_outside(ledger, registry, project):
        raise outside
    move = ledger.begin_move(project.name, proposal, judgement.champion_version)
    return _bring_to_its_end(ledger, registry, project, move, began)


def heal(ledger: Ledger, registry: Registry, project: Project) -> Move | None:
    """Complete a move that a dead process left pending, or undo it if its model is gone; None if nothing is pending.

    Every command calls this first. It costs one query when nothing is pending, and opens MLflow only when something is.
    """
    if ledger.pending(project.name) is None:
        return None
    with ledger.settle(project.name) as settlement:
        return _settle(settlement, registry, project, time.monotonic()) if settlement else None


def moved_outside(ledger: Ledger, registry: Registry, project: Project) -> ReleaseError | None:
    """What is wrong if MLflow's alias is not where the journal says, None if both agree or a move came between."""
    champion = ledger.champion(project.name)
    alias = registry.alias(project)
    expected = champion.version if champion else None
    if alias == expected or ledger.pending(project.name) or ledger.champion(project.name) != champion:
        return None
    return _moved_outside(project, alias, expected)


def _bring_to_its_end(ledger: Ledger, registry: Registry, project: Project, move: Move, began: float) -> Move:
    with ledger.settle(project.name) as settlement:
        if settlement and settlement.move.id == move.id:
            _settle(settlement, registry, project, began)
    settled = ledger.move(project.name, move.id)
    if settled.outcome != "done":
        raise _moved_outside(project, registry.alias(project), move.from_version)
    return settled


def _settle(settlement: Settlement, registry: Registry, project: Project, began: float) -> Move:
    """Flip the alias and read it back; undo instead if it is neither where the move starts nor where it leads."""
    move = settlement.move
    target = registry.version(project, settlement.candidate.version)
    if registry.alias(project) not in (move.from_version, move.to_version) or target is None:
        return settlement.finish("undone")
    registry.set_alias(project, target.version)
    found = registry.alias(project)
    if found != target.version:
        raise ReleaseError(f"the alias reads {found} after it was set to {target.version}", "", "Run the command again")
    return settlement.finish("done", round(1000 * (time.monotonic() - began), 1))


def _demand_unaltered(judgement: Judgement, evidence: Evidence, candidate: Candidate) -> None:
    computed = Judgement.compute_digest(judgement.verdicts, judgement.evidence_digest, judgement.champion_version)
    remedy = "Judge the candidate again with daybreak run"
    if not judgement.verdicts:
        raise EvidenceMismatch("no gate has judged the candidate", "at least one verdict", remedy)
    if computed != judgement.digest:
        raise EvidenceMismatch(
            "the verdicts were altered since they were given", f"digest {judgement.digest[:12]}", remedy
        )
    if evidence.digest != judgement.evidence_digest:
        raise EvidenceMismatch("the verdicts rest on other evidence", f"digest {evidence.digest[:12]}", remedy)
    if evidence.candidate.artifact_sha256 != candidate.artifact.sha256:
        raise EvidenceMismatch(
            f"the evidence is of model {evidence.candidate.artifact_sha256[:12]}",
            candidate.artifact.sha256[:12],
            remedy,
        )


def _demand_intact(artifact: ArtifactRef) -> None:
    """Hash every file again: what was judged is what ships, nothing less and nothing more."""
    for file in artifact.files:
        path = artifact.path / file.name
        found = digests.of_file(path)[:12] if path.is_file() else "gone"
        if found != file.sha256[:12]:
            raise EvidenceMismatch(
                f"{path} is {found}", f"SHA-256 {file.sha256[:12]}, as it was judged", "Run daybreak run again"
            )
    if inference.digest(artifact.path) != artifact.sha256:
        raise EvidenceMismatch(
            f"{artifact.path} holds other files than were judged", "only those", "Run daybreak run again"
        )


def _demand_registered(registry: Registry, project: Project, candidate: Candidate) -> None:
    registered = registry.version(project, candidate.version)
    found = registered.sha256[:12] if registered else "nothing"
    if registered is None or registered.sha256 != candidate.artifact.sha256:
        raise EvidenceMismatch(
            f"version {candidate.version} of {project.registered_model} in MLflow is {found}",
            f"model {candidate.artifact.sha256[:12]}",
            "Register the candidate again with daybreak run",
        )


def _moved_outside(project: Project, alias: int | None, expected: int | None) -> ReleaseError:
    should = f"version {expected}" if expected is not None else "no version"
    mend = f"set the alias champion to version {expected}" if expected is not None else "remove the alias champion"
    return ReleaseError(
        f"somebody moved the alias champion of {project.registered_model} in MLflow: it points to "
        + (f"version {alias}" if alias is not None else "no version"),
        f"{should}, as the release journal says",
        f"In MLflow, {mend}, then run again",
    )
