"""A trained model, and what it was trained from."""

from pathlib import Path

from pydantic import Field

from daybreak.records.record import Record


class BaseRef(Record):
    """Where training starts: revision and SHA-256 of weights and tokenizer ("" for weights from scratch)."""

    source: str
    revision: str
    weights_sha256: str
    tokenizer_sha256: str


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
    environment: dict[str, str] = Field(default={})
    seeds: tuple[SeedScore, ...] = ()
