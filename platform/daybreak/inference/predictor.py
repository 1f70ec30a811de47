"""Labels for texts, from an artifact that was verified."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from daybreak.errors import ModelError
from daybreak.inference.sessions import Runtime, open_artifact
from daybreak.inference.verifying import AGAIN, LABELS, TOKENIZER, digest, verify
from daybreak.records import ArtifactRef

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Batch(NamedTuple):
    """Rows that are run together. `rows` [batch] are positions in the input; ids and mask int64 [batch, length]."""

    rows: list[int]
    input_ids: "NDArray[np.int64]"
    attention_mask: "NDArray[np.int64]"


@dataclass(frozen=True)
class Predictions:
    """Answers in the order of the texts; `logits` float32 [texts, labels], columns in the artifact's label order."""

    labels: list[str]
    logits: "NDArray[np.float32]"

    @cached_property
    def probabilities(self) -> "NDArray[np.float32]":
        """Softmax of the logits, [texts, labels]."""
        shifted = np.exp(self.logits - self.logits.max(axis=1, keepdims=True))
        return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)


class Predictor:
    """A verified artifact, ready to answer.

    Raises ModelError for a folder whose files are missing, altered, linked or not in its manifest, for external data
    outside the folder, and for an execution provider that was asked for and is not used.
    """

    def __init__(self, folder: Path, providers: Sequence[str] | None = None, threads: int | None = None) -> None:
        manifest = verify(folder)
        description = json.loads((folder / LABELS).read_text(encoding="utf-8"))
        if description.get("recipe") == "generate":
            raise ModelError(f"the artifact {folder} is a language model", "a classifier", "Ask it to write instead")
        self.labels: tuple[str, ...] = tuple(description["labels"])
        self.max_length: int = description["max_length"]
        self.pad_id: int = description["pad_id"]
        self.tokenizer = _load_tokenizer(folder / TOKENIZER, self.max_length)
        self.runtime: Runtime
        self._session, self.runtime = open_artifact(folder, manifest, providers, threads)

    @classmethod
    def of(cls, artifact: ArtifactRef, threads: int | None = None) -> "Predictor":
        """The predictor of exactly this artifact; ModelError if the folder's digest is no longer the reference's."""
        found = digest(artifact.path)
        if found != artifact.sha256:
            raise ModelError(f"the artifact {artifact.path} has digest {found[:12]}", artifact.sha256[:12], AGAIN)
        return cls(artifact.path, threads=threads)

    def predict(self, texts: Sequence[str], batch_size: int = 32) -> Predictions:
        """Answer texts. Batches hold texts of like length; the same texts and batch size make the same batches.

        INT8 scales are per batch, so an answer may move by the last digits with the company it is computed in.
        """
        logits = np.zeros((len(texts), len(self.labels)), dtype=np.float32)
        for batch in self.batches(texts, batch_size):
            logits[batch.rows] = self.logits(batch)
        return Predictions([self.labels[index] for index in logits.argmax(axis=1)], logits)

    def batches(self, texts: Sequence[str], batch_size: int = 32) -> Iterator[Batch]:
        """The batches that `predict` runs: texts sorted by length, then position; right-padded to the longest."""
        encoded = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(encoded)), key=lambda row: len(encoded[row]))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            length = max(1, len(encoded[rows[-1]]))
            input_ids = np.full((len(rows), length), self.pad_id, dtype=np.int64)
            attention_mask = np.zeros((len(rows), length), dtype=np.int64)
            for place, row in enumerate(rows):
                input_ids[place, : len(encoded[row])] = encoded[row]
                attention_mask[place, : len(encoded[row])] = 1
            yield Batch(rows, input_ids, attention_mask)

    def logits(self, batch: Batch) -> "NDArray[np.float32]":
        """Run one batch: float32 [batch, labels]."""
        inputs = {"input_ids": batch.input_ids, "attention_mask": batch.attention_mask}
        return np.asarray(self._session.run(["logits"], inputs)[0], dtype=np.float32)


def _load_tokenizer(path: Path, max_length: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length)
    return tokenizer
