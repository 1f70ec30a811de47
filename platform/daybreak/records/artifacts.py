"""What a model is exported to, file by file."""

from pathlib import Path
from typing import Literal

from daybreak.records.models import ModelRef
from daybreak.records.record import Record


class FileDigest(Record):
    """One file of an artifact."""

    name: str
    sha256: str
    bytes: int


class ArtifactRef(Record):
    """An exported model in a folder that loads without torch, or an `encoder` that others are trained from.

    `sha256` digests all of `files`.
    """

    path: Path
    kind: Literal["onnx-fp32", "onnx-int8", "encoder"]
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
