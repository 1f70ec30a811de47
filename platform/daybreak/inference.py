"""Predictor over an exported artifact, without torch: the only door to onnxruntime outside exporting."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.records import ArtifactRef

if TYPE_CHECKING:
    from numpy.typing import NDArray

CPU = "CPUExecutionProvider"
MODEL, TOKENIZER, LABELS, MANIFEST = "model.onnx", "tokenizer.json", "labels.json", "manifest.json"
AGAIN = "Export the model again, or fetch the artifact again"


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

    def __init__(self, folder: Path, providers: Sequence[str] = (CPU,), threads: int | None = None) -> None:
        verify(folder)
        description = json.loads((folder / LABELS).read_text(encoding="utf-8"))
        self.labels: tuple[str, ...] = tuple(description["labels"])
        self.max_length: int = description["max_length"]
        self.pad_id: int = description["pad_id"]
        self.tokenizer = _load_tokenizer(folder / TOKENIZER, self.max_length)
        self._session = _open_session(folder / MODEL, list(providers), threads)

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


def digest(folder: Path) -> str:
    """SHA-256 over names and contents of all files of an artifact: `ArtifactRef.sha256`."""
    return digests.of_files((path for path in folder.rglob("*") if path.is_file()), below=folder)


def verify(folder: Path) -> dict[str, Any]:
    """The manifest of an artifact, once the folder holds exactly the files it names, each with its digest."""
    manifest = _read_manifest(folder)
    listed = {entry["name"]: entry["sha256"] for entry in manifest["files"]}
    present = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.name != MANIFEST}
    for name in sorted({MODEL, TOKENIZER, LABELS, *listed, *present}):
        path = present.get(name)
        if path is None:
            raise ModelError(f"{name} is missing from the artifact {folder}", "every file of its manifest", AGAIN)
        if name not in listed or path.is_symlink() or not path.is_file():
            raise ModelError(f"{name} in {folder} is not of the artifact", "plain files named in its manifest", AGAIN)
        if digests.of_file(path) != listed[name]:
            raise ModelError(f"{name} in {folder} was altered", f"digest {listed[name][:12]}", AGAIN)
    _refuse_external_data(folder, set(listed))
    return manifest


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{folder} has no {MANIFEST}", "a finished artifact", AGAIN) from None
    except ValueError:
        raise ModelError(f"{MANIFEST} in {folder} is not JSON", "a manifest as it was written", AGAIN) from None
    return manifest


def _refuse_external_data(folder: Path, listed: set[str]) -> None:
    """Weights may stand outside model.onnx only in a file of the same manifest."""
    import onnx

    try:
        model = onnx.load_model(folder / MODEL, load_external_data=False)
    except Exception as error:
        raise ModelError(f"{MODEL} in {folder} cannot be read: {error}", "an ONNX model", AGAIN) from None
    for tensor in _tensors(model.graph):
        places = {entry.key: entry.value for entry in tensor.external_data}
        if tensor.data_location == onnx.TensorProto.EXTERNAL and places.get("location") not in listed:
            found = f"{MODEL} reads weights from {places.get('location')!r}"
            raise ModelError(found, "a file of its own folder and manifest", AGAIN)


def _tensors(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for attribute in (attribute for node in graph.node for attribute in node.attribute):
        yield from (attribute.t, *attribute.tensors)
        for inner in (attribute.g, *attribute.graphs):
            if inner.ByteSize():
                yield from _tensors(inner)


def _load_tokenizer(path: Path, max_length: int) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length)
    return tokenizer


def _open_session(path: Path, providers: list[str], threads: int | None) -> Any:
    """A session on exactly these providers: onnxruntime by itself would fall back to the CPU without a word."""
    import onnxruntime

    absent = set(providers) - set(onnxruntime.get_available_providers())
    if absent:
        found = f"this onnxruntime has no {', '.join(sorted(absent))}"
        raise ModelError(found, "a provider it was built with", f"Ask for {CPU}, or install another build")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads or 0
    if CPU not in providers:
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    try:
        session = onnxruntime.InferenceSession(path, options, providers=providers)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"onnxruntime cannot open {path}: {reason}", f"a model for {providers}", AGAIN) from None
    used = session.get_providers()
    if used[: len(providers)] != providers:
        raise ModelError(f"onnxruntime uses {used}", f"{providers}", "Mend the driver, or ask for the CPU")
    return session
