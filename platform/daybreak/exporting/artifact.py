"""The folder that ships: model, tokenizer and labels, and the manifest that is written last."""

import json
import platform
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from daybreak import digests
from daybreak.exporting.provenance import Provenance
from daybreak.exporting.source import Source
from daybreak.inference import LABELS, MANIFEST, TOKENIZER, digest
from daybreak.inference.processors import cpu_class
from daybreak.inference.sessions import operators
from daybreak.records import ArtifactRef, FileDigest
from daybreak.records.artifacts import Shippable

FUSED = ("Attention", "BiasGelu", "FastGelu", "Gelu", "LayerNormalization", "SkipLayerNormalization")
COUNTED_BYTES = 10**9
"""A larger model would be written once more, as onnxruntime changed it, only to be counted."""


def finish(
    folder: Path,
    kind: Shippable,
    source: Source,
    facts: dict[str, Any],
    *,
    provenance: Provenance | None = None,
    provider: str = "cpu",
) -> ArtifactRef:
    """Put tokenizer, labels and manifest beside the written model; `facts` goes into the manifest.

    The same model, facts and provenance on the same class of processor give the same manifest. Done again, it replaces
    what it wrote.
    """
    (folder / MANIFEST).unlink(missing_ok=True)
    Tokenizer.from_file(str(source.tokenizer)).save(str(folder / TOKENIZER), pretty=False)
    _write_json(folder / LABELS, source.description)
    files = tuple(_entry(path) for path in sorted(folder.iterdir()))
    manifest = {
        "kind": kind,
        **facts,
        **(provenance.model_dump() if provenance else {}),
        "recipe": source.description["recipe"],
        "source_model_sha256": source.ref.sha256,
        "provider": provider,
        "cpu_class": cpu_class(),
        "versions": _versions(),
        "files": [file.model_dump() for file in files],
    }
    _write_json(folder / MANIFEST, manifest)
    files = (*files, _entry(folder / MANIFEST))
    return ArtifactRef(path=folder, kind=kind, sha256=digest(folder), bytes=sum(f.bytes for f in files), files=files)


def fused(path: Path) -> dict[str, int] | None:
    """How often onnxruntime makes one operator of several when it opens the model; None for one above a gigabyte."""
    if path.stat().st_size > COUNTED_BYTES:
        return None
    found = operators(path)
    return {name: found.get(name, 0) for name in FUSED}


def _entry(path: Path) -> FileDigest:
    return FileDigest(name=path.name, sha256=digests.of_file(path), bytes=path.stat().st_size)


def _versions() -> dict[str, str]:
    import onnx
    import onnxruntime
    import torch

    found = {module.__name__: str(module.__version__) for module in (onnx, onnxruntime, torch)}
    return {"python": platform.python_version(), **found}


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
