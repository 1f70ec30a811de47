"""The folder that ships: model, tokenizer and labels, and the manifest that is written last."""

import json
import platform
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from daybreak import digests
from daybreak.exporting.source import Source
from daybreak.inference import LABELS, MANIFEST, TOKENIZER, digest
from daybreak.records import ArtifactRef, FileDigest
from daybreak.records.artifacts import Shippable


def finish(folder: Path, kind: Shippable, source: Source, facts: dict[str, Any]) -> ArtifactRef:
    """Put tokenizer, labels and manifest beside the written model; `facts` goes into the manifest."""
    Tokenizer.from_file(str(source.tokenizer)).save(str(folder / TOKENIZER), pretty=False)
    _write_json(folder / LABELS, source.description)
    files = tuple(_entry(path) for path in sorted(folder.iterdir()))
    manifest = {
        "kind": kind,
        **facts,
        "source_model_sha256": source.ref.sha256,
        "cpu_class": cpu_class(),
        "versions": _versions(),
        "files": [file.model_dump() for file in files],
    }
    _write_json(folder / MANIFEST, manifest)
    files = (*files, _entry(folder / MANIFEST))
    return ArtifactRef(path=folder, kind=kind, sha256=digest(folder), bytes=sum(f.bytes for f in files), files=files)


def cpu_class() -> str:
    """The class of processor that INT8 answers were judged on: `x86-vnni`, `x86-avx2`, or the machine's own name."""
    if platform.machine() not in {"x86_64", "AMD64"}:
        return platform.machine()
    info = Path("/proc/cpuinfo")
    flags = info.read_text(encoding="utf-8") if info.is_file() else ""
    return "x86-vnni" if "avx512_vnni" in flags or "avx_vnni" in flags else "x86-avx2"


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
