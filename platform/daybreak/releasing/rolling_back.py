"""Rollback, the emergency brake: it asks for intact files and an earlier release, and for nothing else."""

import time
from collections.abc import Sequence

from daybreak.errors import BadInput
from daybreak.ledger import Ledger, Proposal
from daybreak.records import Move, Project
from daybreak.releasing.candidate import demand_intact, demand_registered
from daybreak.releasing.moving import found_outside, move
from daybreak.tracking import Registry

OTHER = "Choose another release with --to VERSION; daybreak model history lists them"


def rollback(ledger: Ledger, registry: Registry, project: Project, *, to: int | None, reason: str, actor: str) -> Move:
    """Make an earlier champion champion again: version `to`, or the last one that was not itself rolled back.

    What is withdrawn goes on hold. Raises BadInput if there is nothing to go back to or no reason is given,
    EvidenceMismatch if files of that version are not what they were, LostRace if somebody moved the champion meanwhile,
    and ReleaseError if the alias is somewhere else.
    """
    if not reason.strip():
        raise BadInput("a rollback without a reason", "why, in a few words", "Add --reason TEXT")
    alias = registry.alias(project)  # opens MLflow, which takes its time to be imported: not the move's
    began = time.monotonic()
    current, target = _choose(ledger, project, to)
    demand_intact(target.artifact, OTHER)
    demand_registered(registry, project, target, OTHER)
    if alias not in (current, target.to_version):
        raise found_outside(project, alias, current)
    proposal = target.model_copy(update={"kind": "rollback", "actor": actor, "reason": reason, "anchor": "kept"})
    return move(ledger, registry, project, proposal, expected_from=current, began=began, despite_holds=True)


def standing(moves: Sequence[Move]) -> list[int]:
    """Champions, oldest first, that no rollback withdrew or skipped; the last is the present one.

    `moves` are those that were done, oldest first.
    """
    found: list[int] = []
    for each in moves:
        if each.to_version is None:
            continue
        if each.kind == "rollback":
            skipped = found.index(each.to_version) if each.to_version in found else -1
            found = found[:skipped]
        found = [version for version in found if version != each.to_version] + [each.to_version]
    return found


def _choose(ledger: Ledger, project: Project, to: int | None) -> tuple[int, Proposal]:
    """The present champion's version, and the release to go back to."""
    done = [each for each in reversed(ledger.history(project.name)) if each.outcome == "done"]
    known = standing(done)
    if not known:
        raise BadInput(f"project {project.name} has no champion yet", "one to roll back", "Run daybreak run first")
    *earlier, current = known
    if to is None and not earlier:
        raise BadInput(
            f"there is no release before version {current} that was not rolled back itself", "an earlier release", OTHER
        )
    version = earlier[-1] if to is None else to
    target = ledger.offered(project.name, version, released=True) if version != current else None
    if target is None:
        released = sorted({each.to_version for each in done if each.to_version not in (current, None)}, key=int)
        what = "is the champion" if version == current else "was never champion"
        raise BadInput(f"version {version} {what}", f"one of: {', '.join(map(str, released)) or 'none'}", OTHER)
    return current, target
