"""What somebody asks of the release journal: move the champion to this model, for this reason, on this evidence."""

from daybreak.records import AnchorChange, ArtifactRef, MoveKind, Record


class Proposal(Record):
    """A candidate with all that the journal keeps of it. `evidence` is the digest of the judgement it rests on.

    `weights_sha256` is that of the trained torch model, `params_digest` that of all of the run's params; "" if unknown.
    `anchor` and `release_set` are as in `Move`.
    """

    to_version: int
    artifact: ArtifactRef
    run_id: str
    data_version: int
    commit: str
    actor: str
    reason: str
    evidence: str
    kind: MoveKind = "release"
    weights_sha256: str = ""
    params_digest: str = ""
    anchor: AnchorChange = "kept"
    release_set: str = ""
