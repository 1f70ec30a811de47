"""What was measured, and what of it gates may look at."""

from pathlib import Path

from daybreak import digests
from daybreak.records.data import DatasetRef
from daybreak.records.record import Record


class Measurements(Record):
    """What was measured of one artifact on one dataset: a folder with one `<measurement>.json` a measurement, and
    `predictions.parquet` (`id, label, predicted` and one `logit_<label>` a label) over the test split.
    `digest` is the SHA-256 over the folder's files; `metrics` the headline numbers, shares in 0..1, times in ms.
    """

    path: Path
    digest: str
    artifact_sha256: str
    dataset_digest: str
    metrics: dict[str, float]


class Evidence(Record):
    """All that gates may look at: candidate, champion (None before the first release) and the data version."""

    candidate: Measurements
    champion: Measurements | None
    dataset: DatasetRef

    @property
    def digest(self) -> str:
        """SHA-256 over what was measured, of whom and on which data: the `evidence_digest` of a judgement."""
        champion = self.champion.digest if self.champion else None
        return digests.of_value(
            {"candidate": self.candidate.digest, "champion": champion, "dataset": self.dataset.digest}
        )

    @property
    def baseline(self) -> Path:
        """Parquet `id, label, predicted`: the baseline's answers to the same test rows."""
        return self.dataset.path / "describe" / "baseline.parquet"
