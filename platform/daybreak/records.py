"""The frozen vocabulary that rooms, tasks and flows exchange: references and verdicts, never tensors or frames."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from daybreak import digests


class Record(BaseModel):
    """Base of everything that travels: frozen, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Project(Record):
    """One model in production with its data: everything a run reads and writes hangs on it."""

    name: str
    root: Path

    @property
    def params_file(self) -> Path:
        return self.root / "params.yaml"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def plugins(self) -> Path:
        return self.root / "plugins"

    @property
    def registered_model(self) -> str:
        return f"daybreak-{self.name}"

    @property
    def tag_prefix(self) -> str:
        """Git tags of data versions: `data/3` for the sample, `data/NAME/3` for every other project."""
        return "data/" if self.name == "sample" else f"data/{self.name}/"


class Checkout(Record):
    """Where the code stands: commits as 40 hexadecimal digits, and what differs from the commit that is checked out.

    `ref_commit` is the commit of the branch or tag that was asked about, None if git does not know it; `changed` names
    files relative to the checkout, new ones included, without those that a night itself writes.
    """

    commit: str
    ref_commit: str | None
    changed: tuple[str, ...]


class DatasetRef(Record):
    """A prepared data version. `digest` is the SHA-256 over the split's files; `path` the project's data folder."""

    project: str
    version: int
    digest: str
    path: Path
    labels: tuple[str, ...]
    rows: dict[str, int]

    def split(self, name: Literal["train", "validation", "test"]) -> Path:
        """Parquet file with at least the columns `id, text, label`."""
        return self.path / "split" / f"{name}.parquet"


class BaseRef(Record):
    """Where training starts: revision and SHA-256 of weights and tokenizer ("" for weights from scratch)."""

    source: str
    revision: str
    weights_sha256: str
    tokenizer_sha256: str


class Trial(Record):
    """One trial of a sweep. `history` holds (epoch, score) pairs; `config` dotted params paths.

    Hours and cost count `retries`; `log` is the end of what a failed one said, `node` the machine that it ended on.
    """

    number: int
    config: dict[str, float | int | str]
    score: float | None
    history: tuple[tuple[float, float], ...]
    seconds: float
    state: Literal["completed", "pruned", "failed"]
    error: str = ""
    log: str = ""
    node: str = ""
    retries: int = 0
    gpu_hours: float = 0.0
    cpu_hours: float = 0.0
    cost: float = 0.0


class SweepOrigin(Record):
    """The sweep that a configuration comes from, where a night did not search itself: when, and on which data."""

    at: datetime
    data_version: int
    reason: str


class SweepRef(Record):
    """The outcome of a sweep: every trial, and the configuration the winner is trained with.

    `importance` holds each dimension's share in how scores differ, `stopped` why a sweep ended before its last trial.
    """

    metric: str
    trials: tuple[Trial, ...]
    best: dict[str, float | int | str]
    best_score: float | None
    direction: Literal["max", "min"] = "max"
    importance: dict[str, float] = {}
    stopped: str = ""
    gpu_hours: float = 0.0
    cpu_hours: float = 0.0
    cost: float = 0.0
    origin: SweepOrigin | None = None


class SeedScore(Record):
    """One of several trainings of a winner: its seed, its score by the metric that counts, and its model's digest."""

    seed: int
    score: float
    sha256: str


class ModelRef(Record):
    """A trained torch model on disk: `path` holds model.safetensors, config, tokenizer and manifest.json.

    `environment` names what its bits hang on beside inputs and code: class of machine, threads, versions. `seeds` are
    all trainings of a winner that was trained more than once; this is the median one of them.
    """

    path: Path
    recipe: str
    labels: tuple[str, ...]
    sha256: str
    base: BaseRef
    seed: int
    metrics: dict[str, float]
    environment: dict[str, str] = {}
    seeds: tuple[SeedScore, ...] = ()


class FileDigest(Record):
    """One file of an artifact."""

    name: str
    sha256: str
    bytes: int


class ArtifactRef(Record):
    """An exported model in a folder that loads without torch. `sha256` digests all of its files."""

    path: Path
    kind: Literal["onnx-fp32", "onnx-int8"]
    sha256: str
    bytes: int
    files: tuple[FileDigest, ...]


class ExportRef(Record):
    """What one model was exported to; `ship` is the one artifact that may become champion."""

    model: ModelRef
    fp32: ArtifactRef
    int8: ArtifactRef
    exporter: str
    ship: Literal["onnx-fp32", "onnx-int8"]

    @property
    def shipped(self) -> ArtifactRef:
        return self.int8 if self.ship == "onnx-int8" else self.fp32


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


class Outcome(StrEnum):
    """What a gate can say. FAIL and INCONCLUSIVE of a blocking gate stop the release."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Verdict(Record):
    """One gate's opinion: the measured value, the limit it was held against and the bound that decided."""

    gate: str
    outcome: Outcome
    measured: float | None
    limit: float | None
    bound: float | None
    samples: int
    reason: str
    needs_more: int | None = None
    mode: Literal["block", "warn", "off"] = "block"
    code: str = ""
    details: dict[str, Any] = {}

    @property
    def blocks(self) -> bool:
        return self.mode == "block" and self.outcome in (Outcome.FAIL, Outcome.INCONCLUSIVE)


class Judgement(Record):
    """Every gate's verdict on one candidate; `digest` is the SHA-256 of the verdicts with the evidence they rest on."""

    verdicts: tuple[Verdict, ...]
    evidence_digest: str
    champion_version: int | None
    digest: str

    @property
    def blocked_by(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.blocks)

    @staticmethod
    def compute_digest(verdicts: Sequence[Verdict], evidence_digest: str, champion_version: int | None) -> str:
        """SHA-256 that ties verdicts to the evidence they rest on and to the champion they were given against."""
        given = [verdict.model_dump(mode="json") for verdict in verdicts]
        return digests.of_value({"verdicts": given, "evidence": evidence_digest, "champion": champion_version})


class Champion(Record):
    """The released model as the ledger knows it. `artifact` is the very file set that was judged."""

    version: int
    sha256: str
    artifact: ArtifactRef
    run_id: str
    data_version: int
    at: datetime


MoveKind = Literal["release", "promote", "rollback", "reconcile", "adopt"]
MoveOutcome = Literal["pending", "done", "refused", "held", "lost_race", "undone"]


class Move(Record):
    """One row of the release journal: who or what moved the champion, from where to where, on which evidence.

    `at` is when it was begun, `settled_at` when its outcome was decided; `duration_ms` is that of a move that was done.
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


Status = Literal["released", "refused", "held", "unchanged", "failed", "crashed", "cancelled"]


class RunModel(Record):
    """The model part of a run's record; `sha256` is that of the artifact that ships."""

    name: str
    version: int | None
    alias: str | None
    sha256: str


class RunRecord(Record):
    """What `daybreak runs show --json` prints: one invocation of retrain-and-release, whatever came of it.

    `notes` says what of the data waits for a person: a rollback that lasts, batches that were held aside.
    """

    run_id: str
    project: str
    status: Status
    released: bool
    started_at: datetime
    finished_at: datetime
    same_as: str | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()
    data_version: int | None = None
    data_digest: str | None = None
    rows: dict[str, int] = {}
    model: RunModel | None = None
    base: BaseRef | None = None
    metrics: dict[str, float] = {}
    verdicts: tuple[Verdict, ...] = ()
    timings: dict[str, float] = {}
    costs: dict[str, float] = {}
    reused: tuple[str, ...] = ()
    artifacts: dict[str, str] = {}
    mlflow: dict[str, str] = {}
    prefect: dict[str, str] = {}
    commit: str = ""
    params_digest: str = ""
    lock_digest: str = ""
    key: str = ""

    @property
    def denied(self) -> bool:
        """Whether a gate stands against the candidate, tonight or in the night that this one is the same as."""
        return self.status == "refused" or any(verdict.blocks for verdict in self.verdicts)
