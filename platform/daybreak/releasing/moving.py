"""The core of every move: a pending row is the decision, the alias follows it, and whoever finds one ends it.

The ledger is the truth and MLflow's alias its projection. A move is decided by its pending row, so whoever finds one
(this process, or the next command after a crash) brings it to its end under the project's lock.
"""

import time

from daybreak.errors import ReleaseError
from daybreak.ledger import Ledger, Proposal
from daybreak.ledger.moves import Settlement
from daybreak.records import Move, Project
from daybreak.tracking import Registry


def move(
    ledger: Ledger,
    registry: Registry,
    project: Project,
    proposal: Proposal,
    *,
    expected_from: int | None,
    began: float,
    despite_holds: bool = False,
) -> Move:
    """Make the proposed version champion if `expected_from` still is; gives the row, `done`, or `held` by a hold.

    `began` is the clock (`time.monotonic`) when the work on this move began. Raises LostRace if somebody else was
    first, and ReleaseError if the alias was moved under us; then the champion is what it was.
    """
    begun = ledger.begin_move(project.name, proposal, expected_from, despite_holds=despite_holds)
    if begun.outcome == "held":
        return begun
    with ledger.settle(project.name) as settlement:
        if settlement and settlement.move.id == begun.id:
            _settle(settlement, registry, project, began)
    settled = ledger.move(project.name, begun.id)
    if settled.outcome != "done":
        raise _why_undone(registry, project, settled)
    return settled


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
    return found_outside(project, alias, expected)


def found_outside(project: Project, alias: int | None, expected: int | None) -> ReleaseError:
    """The error for an alias that somebody moved in MLflow."""
    should = f"version {expected}" if expected is not None else "no version"
    return ReleaseError(
        f"somebody moved the alias champion of {project.registered_model} in MLflow: it points to "
        + (f"version {alias}" if alias is not None else "no version"),
        f"{should}, as the release journal says",
        "Put it back with daybreak model reconcile --restore, or let the journal follow it with --accept",
    )


def _settle(settlement: Settlement, registry: Registry, project: Project, began: float) -> Move:
    """Flip the alias and read it back; undo instead if it is neither where the move starts nor where it leads.

    A reconciliation is about just such an alias, so it moves it from anywhere.
    """
    move = settlement.move
    ours = move.kind == "reconcile" or registry.alias(project) in (move.from_version, move.to_version)
    target = registry.version(project, move.to_version) if move.to_version is not None else None
    if target is None or not ours:
        return settlement.finish("undone")
    registry.set_alias(project, target.version)
    found = registry.alias(project)
    if found != target.version:
        raise ReleaseError(f"the alias reads {found} after it was set to {target.version}", "", "Run the command again")
    return settlement.finish("done", round(1000 * (time.monotonic() - began), 1))


def _why_undone(registry: Registry, project: Project, move: Move) -> ReleaseError:
    alias = registry.alias(project)
    if alias != move.from_version:
        return found_outside(project, alias, move.from_version)
    return ReleaseError(
        f"version {move.to_version} of {project.registered_model} is gone from MLflow", "a registered version"
    )
