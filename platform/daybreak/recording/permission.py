"""Whether a candidate may be released, and its release."""

from typing import Literal

from daybreak import releasing
from daybreak.authority import Approval
from daybreak.data.versioning import versions
from daybreak.night import Night
from daybreak.planning import Results
from daybreak.recording.books import open_ledger
from daybreak.recording.tracked import Tracked, keep_model
from daybreak.records import Move, Record
from daybreak.releasing import sealing
from daybreak.tracking import Registry


class Permission(Record):
    """Whether a candidate that passed may be released now, has to wait for a person, or was turned down by one."""

    answer: Literal["granted", "held", "refused"]
    reason: str = ""


GRANTED = Permission(answer="granted")


def needs_permission(night: Night, results: Results, tracked: Tracked) -> bool:
    """Whether there is anything to permit: no gate blocks the candidate, and it is not the champion already."""
    return not results.judgement.blocked_by and not is_champion(night, tracked)


def note_approval(night: Night, tracked: Tracked, approval: Approval) -> None:
    """Keep in the journal what a person said to a candidate."""
    open_ledger(night).record_approval(
        night.project.name,
        run_id=night.run_id,
        version=tracked.version,
        approved=approval.approved,
        actor=approval.name,
        reason=approval.reason,
    )


def release(
    night: Night, results: Results, tracked: Tracked, actor: str, permission: Permission = GRANTED
) -> Move | None:
    """Make the candidate champion if every blocking gate agreed, else note the refusal.

    None, with nothing written, if it is champion or may not be released now.
    """
    if is_champion(night, tracked) or permission.answer != "granted":
        return None
    return releasing.release(
        open_ledger(night),
        Registry(night.settings.mlflow),
        night.project,
        candidate=releasing.Candidate(
            version=tracked.version,
            artifact=keep_model(night, results.exported.shipped),
            run_id=night.run_id,
            data_version=results.dataset.version,
            commit=versions.commit_of(night.checkout),
            params_digest=night.params.digest,
            weights_sha256=results.model.sha256,
        ),
        evidence=results.evidence,
        judgement=results.judgement,
        dossier=night.folder / sealing.FOLDER / sealing.FILE,
        actor=actor,
        reason=f"night {night.run_id}",
    )


def is_champion(night: Night, tracked: Tracked) -> bool:
    """Whether the candidate is what is released already."""
    champion = open_ledger(night).champion(night.project.name)
    return champion is not None and champion.version == tracked.version
