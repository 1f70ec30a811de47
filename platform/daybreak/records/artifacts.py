"""What a model is exported to, file by file."""

from pathlib import Path
from typing import Any, Literal

from pydantic import model_validator

from daybreak.records.models import ModelRef
from daybreak.records.record import Record

Shippable = Literal["onnx-fp32", "onnx-fp16", "onnx-int8", "onnx-int4", "safetensors"]
"""Kinds of artifact that may become champion."""

REFERENCE: Shippable = "onnx-fp32"
"""What other kinds are made from, and compared with: it answers as torch does."""


class FileDigest(Record):
    """One file of an artifact."""

    name: str
    sha256: str
    bytes: int


class ArtifactRef(Record):
    """An exported model in a folder of its own, or an `encoder` that others are trained from.

    All but `safetensors` load without torch. `sha256` digests all of `files`.
    """

    path: Path
    kind: Shippable | Literal["encoder"]
    sha256: str
    bytes: int
    files: tuple[FileDigest, ...]

    @property
    def main(self) -> str:
        """The name of the file that holds the model."""
        return "model.safetensors" if self.kind == "safetensors" else "model.onnx"


class ExportRef(Record):
    """What one model was exported to, one artifact a kind; `ship` names the one that may become champion."""

    model: ModelRef
    artifacts: tuple[ArtifactRef, ...]
    ship: Shippable
    exporter: str

    @model_validator(mode="before")
    @classmethod
    def _read_former(cls, given: Any) -> Any:
        """Results of former nights name two artifacts, `fp32` and `int8`."""
        if not isinstance(given, dict) or "artifacts" in given:
            return given
        former = [given[name] for name in ("fp32", "int8") if name in given]
        rest = {name: value for name, value in given.items() if name not in ("fp32", "int8")}
        return {**rest, "artifacts": former}

    def of(self, kind: Shippable) -> ArtifactRef:
        """The artifact of that kind; KeyError if it was not written."""
        return {artifact.kind: artifact for artifact in self.artifacts}[kind]

    @property
    def shipped(self) -> ArtifactRef:
        return self.of(self.ship)

    @property
    def twin(self) -> ArtifactRef | None:
        """The exact artifact that the shipped one is compared with, None where that one is it, or needs none."""
        return next((each for each in self.artifacts if each.kind == REFERENCE != self.ship), None)

    @property
    def fp32(self) -> ArtifactRef:
        return self.of("onnx-fp32")

    @property
    def int8(self) -> ArtifactRef:
        return self.of("onnx-int8")
