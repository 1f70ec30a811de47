"""Who lets a candidate go that passed: the night itself, or a person it asks."""

from daybreak import authority, recording
from daybreak.locks import Held
from daybreak.night import Night
from daybreak.planning import Results
from daybreak.recording import GRANTED, Permission, Tracked
from flows import approving
from flows.deciding import may_release

UNASKED = "its approval is required, and nobody can be asked while the stack is down"


def permit(night: Night, results: Results, tracked: Tracked, turn: Held, *, asked: bool) -> Permission:
    """Whether what passed may be released now. While a person thinks about it, others may have the night's lock."""
    if not recording.needs_permission(night, results, tracked):
        return GRANTED
    decision = may_release(night, asked)
    if not decision.allowed:
        return Permission(answer="held", reason=f"{decision.reason}; {authority.way_out(tracked.version)}")
    if night.params.release.approval == "none":
        return GRANTED
    with turn.lent(night.patience_seconds):
        approval = approving.ask(night, results, tracked.version)
    if approval is None:
        return Permission(answer="held", reason=f"{UNASKED}; {authority.way_out(tracked.version)}")
    recording.note_approval(night, tracked, approval)
    if approval.approved:
        return GRANTED
    said = f"{approval.name} refused it: {approval.reason}" if approval.name else approval.reason
    return Permission(answer="refused", reason=said)
