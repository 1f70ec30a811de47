"""Reconciliation: an alias that somebody moved in MLflow's own UI, and a named person who says which side is right."""

import time

from daybreak.errors import BadInput, EvidenceMismatch
from daybreak.ledger import Ledger
from daybreak.records import Champion, Move, Project
from daybreak.releasing.candidate import Candidate, demand_intact, demand_registered
from daybreak.releasing.moving import move
from daybreak.tracking import Registry


def accept(
    ledger: Ledger,
    registry: Registry,
    project: Project,
    *,
    actor: str,
    reason: str,
    candidate: Candidate | None = None,
) -> Move:
    """Let the journal follow the alias, if the files of that version are known and intact.

    `candidate` tells of a version that was never proposed. Raises BadInput if both agree or the alias points nowhere,
    EvidenceMismatch for files that are unknown or altered.
    """
    champion, alias = _demand_disagreement(ledger, registry, project)
    if alias is None:
        raise BadInput("the alias champion points nowhere", "a version to accept", "Use --restore")
    began = time.monotonic()
    given = candidate.propose("reconcile", actor=actor, reason=reason) if candidate else None
    known = ledger.offered(project.name, alias) or given
    if known is None or known.to_version != alias:
        raise EvidenceMismatch(
            f"the files of version {alias} are not known here", "a model of Daybreak", "Use --restore"
        )
    demand_intact(known.artifact, "Use --restore")
    demand_registered(registry, project, known, "Use --restore")
    told = {"kind": "reconcile", "actor": actor, "reason": f"accepted: {reason}", "anchor": "reset"}
    proposal = known.model_copy(update=told)
    expected = champion.version if champion else None
    return move(ledger, registry, project, proposal, expected_from=expected, began=began, despite_holds=True)


def restore(ledger: Ledger, registry: Registry, project: Project, *, actor: str, reason: str) -> Move | None:
    """Put the alias back to the journal's champion; None if it has none, and the alias was removed.

    Raises BadInput if both agree.
    """
    champion, alias = _demand_disagreement(ledger, registry, project)
    if champion is None:
        ledger.note(project.name, "alias_removed", {"alias": alias, "actor": actor, "reason": reason})
        registry.set_alias(project, None)
        return None
    began = time.monotonic()
    known = ledger.offered(project.name, champion.version, released=True)
    if known is None:
        raise EvidenceMismatch(f"version {champion.version} is not in the journal", "the champion")
    proposal = known.model_copy(
        update={"kind": "reconcile", "actor": actor, "reason": f"restored: {reason}", "anchor": "kept"}
    )
    return move(ledger, registry, project, proposal, expected_from=champion.version, began=began, despite_holds=True)


def _demand_disagreement(ledger: Ledger, registry: Registry, project: Project) -> tuple[Champion | None, int | None]:
    champion, alias = ledger.champion(project.name), registry.alias(project)
    if alias == (champion.version if champion else None):
        raise BadInput("the alias champion is where the journal says", "an alias that was moved in MLflow")
    return champion, alias
