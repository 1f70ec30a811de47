"""The first champion of a project that has none: the model that was in production before Daybreak came."""

import time

from daybreak.ledger import Ledger
from daybreak.records import Move, Project
from daybreak.releasing.candidate import Candidate, demand_intact, demand_registered
from daybreak.releasing.moving import move, moved_outside
from daybreak.tracking import Registry


def adopt(
    ledger: Ledger, registry: Registry, project: Project, *, candidate: Candidate, actor: str, reason: str
) -> Move:
    """Make a model the first champion, without verdicts: there is nothing yet to judge it against.

    Raises EvidenceMismatch if its files or its registered version are not what the candidate says, LostRace if the
    project has a champion.
    """
    if outside := moved_outside(ledger, registry, project):
        raise outside
    began = time.monotonic()
    proposal = candidate.propose("adopt", actor=actor, reason=reason, accepted=True)
    demand_intact(candidate.artifact)
    demand_registered(registry, project, proposal)
    return move(ledger, registry, project, proposal, expected_from=None, began=began, despite_holds=True)
