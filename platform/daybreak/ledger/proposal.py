"""What somebody asks of the release journal: move the champion to this model, for this reason, on this evidence."""

from daybreak.records import ArtifactRef, Record


class Proposal(Record):
    """A candidate with all that the journal keeps of it. `evidence` is the digest of the judgement it rests on."""

    to_version: int
    artifact: ArtifactRef
    run_id: str
    data_version: int
    commit: str
    actor: str
    reason: str
    evidence: str
