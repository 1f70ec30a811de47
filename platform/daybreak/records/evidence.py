"""What was measured, and what of it gates may look at."""

from pathlib import Path
from typing import Any

from pydantic import Field

from daybreak import digests
from daybreak.records.data import DatasetRef
from daybreak.records.record import Record


class Measurements(Record):
    """What was measured of one artifact on one dataset: a folder with one `<measurement>.json` a measurement, and
    `predictions.parquet` (`id, label, predicted` and one `logit_<label>` a label) over the test split.
    `digest` is the SHA-256 over the folder's files; `metrics` the headline numbers, shares in 0..1, times in ms.
    Of a language model (`recipe` generate) there is `answers.parquet` instead.
    """

    path: Path
    digest: str
    artifact_sha256: str
    dataset_digest: str
    metrics: dict[str, float]
    recipe: str = "classify"


class Standing(Record):
    """What the journal says of a candidate before it is judged.

    `attempt` counts candidates since the last release, this one included. `anchor_version` is the best champion since a
    person last accepted one, None where that is today's (or there is none); `comparison` counts releases since then.
    `rows_before` is the release set that judged the champion ("" for test rows), None where it judges tonight too.
    """

    attempt: int = Field(default=1, ge=1)
    comparison: int = Field(default=1, ge=1)
    anchor_version: int | None = None
    rows_before: str | None = None

    @property
    def told(self) -> dict[str, Any]:
        """The fields, without `rows_before` where nothing changed: so verdicts from before there was one stay valid."""
        return self.model_dump(exclude=set() if self.rows_before is not None else {"rows_before"})


class Evidence(Record):
    """All that gates may look at: candidate, champion (None before the first release), data version, and the anchor.

    `anchor` is None where it is the champion itself, and where its files are gone: then `standing` names its version.
    """

    candidate: Measurements
    champion: Measurements | None
    dataset: DatasetRef
    anchor: Measurements | None = None
    standing: Standing = Standing()

    @property
    def digest(self) -> str:
        """SHA-256 over what was measured, of whom, on which data, at which attempt: a judgement's `evidence_digest`."""
        sides = {"candidate": self.candidate, "champion": self.champion, "anchor": self.anchor}
        measured = {name: side.digest if side else None for name, side in sides.items()}
        return digests.of_value({**measured, "dataset": self.dataset.digest, "standing": self.standing.told})

    @property
    def former_digest(self) -> str:
        """What `digest` was before anchors and attempts were evidence too: verdicts of that time rest on it."""
        champion = self.champion.digest if self.champion else None
        return digests.of_value(
            {"candidate": self.candidate.digest, "champion": champion, "dataset": self.dataset.digest}
        )

    @property
    def baseline(self) -> Path:
        """Parquet `id, label, predicted`: the baseline's answers to the same test rows."""
        return self.dataset.path / "describe" / "baseline.parquet"
