"""The champion, and the journal of how it moved."""

from datetime import datetime
from typing import Any, Literal

from daybreak import digests
from daybreak.records.artifacts import ArtifactRef
from daybreak.records.record import Record


class Champion(Record):
    """The released model as the ledger knows it. `artifact` is the very file set that was judged.

    `weights_sha256` is that of the trained torch model, "" for one that was not trained here.
    """

    version: int
    sha256: str
    artifact: ArtifactRef
    run_id: str
    data_version: int
    at: datetime
    weights_sha256: str = ""


MoveKind = Literal["release", "promote", "rollback", "reconcile", "adopt"]
AnchorChange = Literal["kept", "raised", "reset"]
MoveOutcome = Literal["pending", "done", "refused", "held", "lost_race", "undone"]


class Move(Record):
    """One row of the release journal: who or what moved the champion, from where to where, on which evidence.

    `at` is when it was begun, `settled_at` when its outcome was decided; `duration_ms` is that of a move that was done.
    `anchor` is what the move makes of it: its model was shown to be better (`raised`), or a person accepted it, or
    there was none to compare with (`reset`). `release_set` is the SHA-256 of the frozen rows that judged it, "" for
    test rows.
    """

    id: int
    at: datetime
    actor: str
    kind: MoveKind
    from_version: int | None
    to_version: int | None
    outcome: MoveOutcome
    reason: str
    run_id: str
    data_version: int
    commit: str
    evidence: str
    model_sha256: str
    weights_sha256: str
    params_digest: str
    duration_ms: float | None
    settled_at: datetime | None
    anchor: AnchorChange = "kept"
    release_set: str = ""


class Hold(Record):
    """What a rollback leaves: neither the withdrawn version nor its like is released until a named person lifts it.

    `number` is its row in the journal.
    """

    number: int
    at: datetime
    actor: str
    reason: str
    version: int
    model_sha256: str
    weights_sha256: str
    data_version: int
    params_digest: str


class JournalEntry(Record):
    """One link of a project's hash chain: `digest` is the SHA-256 over the other fields, `previous` among them."""

    project: str
    number: int
    at: datetime
    event: str
    facts: dict[str, Any]
    previous: str
    digest: str = ""

    @property
    def content(self) -> dict[str, Any]:
        """What `digest` is computed over, as JSON; the time is ISO 8601 in UTC."""
        return {**self.model_dump(exclude={"digest"}), "at": self.at.isoformat()}

    def sealed(self) -> "JournalEntry":
        """The same entry with its digest."""
        return self.model_copy(update={"digest": digests.of_value(self.content)})
