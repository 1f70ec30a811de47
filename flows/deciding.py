"""What can be known of a night before it starts: whether there is anything to do, and whether it may release.

No Prefect here, so that a night with nothing to do ends before Prefect would have been imported.
"""

from daybreak import authority, recording
from daybreak.authority import Decision
from daybreak.data.versioning import git, rollback
from daybreak.night import Night
from daybreak.params import DATA_STAGES, load_params, parse_params
from daybreak.planning import plan
from daybreak.records import RunRecord
from daybreak.releasing import sealing
from flows.stack import stack_address

LET_GO = ("held", "released")


def nothing_to_do(night: Night, asked: bool) -> RunRecord | None:
    """The record of this night if every step and its verdicts are at hand and were acted on, else None.

    What an earlier night held back was not acted on, as soon as this one may release it; nor is what was released once
    and withdrawn, as soon as nobody holds it any more. Whatever lost its dossier is judged again.
    """
    ledger = recording.open_ledger(night)
    known = plan(night, ledger).results
    same = recording.decided(ledger, night.project.name, known.judgement.digest) if known else None
    if same is None or lost(night, same) or (same.status in LET_GO and may_let_go(night, same, asked)):
        return None
    return recording.unchanged(night, same)


def lost(night: Night, judged: RunRecord) -> bool:
    """Whether what an earlier night judged, and is not champion, could not be promoted for want of its dossier."""
    ledger = recording.open_ledger(night)
    champion = ledger.champion(night.project.name)
    ledger.close()
    if champion and judged.model and champion.sha256 == judged.model.sha256:
        return False
    return bool(sealing.fault(judged, night.settings.runs(night.project)))


def may_release(night: Night, asked: bool) -> Decision:
    """Whether this night may release without a person's word, by who started it and from which checkout."""
    found = git.standing(night.checkout, night.params.release.ref)
    if rollback.pinned(night.project) and _only_data_sections_differ(night):
        ours = night.project.params_file.relative_to(night.checkout).as_posix()
        found = found.model_copy(update={"changed": tuple(name for name in found.changed if name != ours)})
    return authority.may_release(night.project.name, night.origin, night.params.release, found, asked=asked)


def may_let_go(night: Night, held: RunRecord, asked: bool) -> bool:
    """Whether a candidate of an earlier night that is not champion can be released by this one."""
    ledger = recording.open_ledger(night)
    champion, holds = ledger.champion(night.project.name), ledger.holds(night.project.name)
    ledger.close()
    if holds or (champion and held.model and champion.sha256 == held.model.sha256):
        return False
    somebody = night.params.release.approval == "none" or stack_address(night.settings) is not None
    return somebody and may_release(night, asked).allowed


def _only_data_sections_differ(night: Night) -> bool:
    """Whether params.yaml differs from its commit in what a rollback of the data changes, and in nothing else."""
    committed = git.committed(night.project.root, night.project.params_file.name)
    if committed is None:
        return False
    then, now = (
        params.model_dump(exclude=set(DATA_STAGES))
        for params in (parse_params(committed, night.project.params_file), load_params(night.project.params_file))
    )
    return then == now
