"""Whether a folder is the artifact that its manifest describes, asked before anything in it is opened."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from daybreak import digests
from daybreak.errors import ModelError

MODEL, TOKENIZER, LABELS, MANIFEST = "model.onnx", "tokenizer.json", "labels.json", "manifest.json"
AGAIN = "Export the model again, or fetch the artifact again"


def digest(folder: Path) -> str:
    """SHA-256 over names and contents of all files of an artifact: `ArtifactRef.sha256`."""
    return digests.of_files((path for path in folder.rglob("*") if path.is_file()), below=folder)


def verify(folder: Path) -> dict[str, Any]:
    """The manifest of an artifact, once the folder holds exactly the files it names, each with its digest."""
    manifest = _read_manifest(folder)
    listed = _listed(manifest, folder)
    present = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path != folder / MANIFEST}
    for name in sorted({MODEL, TOKENIZER, LABELS, *listed, *present}):
        path = present.get(name)
        if path is None:
            raise ModelError(f"{name} is missing from the artifact {folder}", "every file of its manifest", AGAIN)
        if name not in listed or path.is_symlink() or not path.is_file():
            raise ModelError(f"{name} in {folder} is not of the artifact", "plain files named in its manifest", AGAIN)
        if digests.of_file(path) != listed[name]:
            raise ModelError(f"{name} in {folder} was altered", f"digest {listed[name][:12]}", AGAIN)
    for name in sorted(listed):
        if name.endswith(".onnx"):
            _refuse_external_data(folder, name, set(listed))
    return manifest


def recipe_of(folder: Path) -> str:
    """What kind of model an artifact is, read from it and not verified; former ones say nothing and classify."""
    try:
        told = json.loads((folder / LABELS).read_text(encoding="utf-8"))
        return str(told.get("recipe", "classify"))
    except (OSError, ValueError, AttributeError):
        raise ModelError(f"{folder} has no {LABELS} that can be read", "a finished artifact", AGAIN) from None


def _listed(manifest: Any, folder: Path) -> dict[str, str]:
    """Name to SHA-256 of every file that the manifest names."""
    try:
        return {str(entry["name"]): str(entry["sha256"]) for entry in manifest["files"]}
    except (KeyError, TypeError):
        raise ModelError(f"{MANIFEST} in {folder} lists no files", "a manifest as it was written", AGAIN) from None


def _read_manifest(folder: Path) -> dict[str, Any]:
    if (folder / MANIFEST).is_symlink():
        raise ModelError(f"{MANIFEST} in {folder} is a link", "a plain file", AGAIN)
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{folder} has no {MANIFEST}", "a finished artifact", AGAIN) from None
    except ValueError:
        raise ModelError(f"{MANIFEST} in {folder} is not JSON", "a manifest as it was written", AGAIN) from None
    return manifest


def _refuse_external_data(folder: Path, name: str, listed: set[str]) -> None:
    """Weights may stand outside a model only in a file of the same manifest, those of its functions too."""
    import onnx

    try:
        model = onnx.load_model(folder / name, load_external_data=False)
    except Exception as error:
        raise ModelError(f"{name} in {folder} cannot be read: {error}", "an ONNX model", AGAIN) from None
    for tensor in chain(_tensors(model.graph), *(_of_nodes(function.node) for function in model.functions)):
        places = {entry.key: entry.value for entry in tensor.external_data}
        if tensor.data_location == onnx.TensorProto.EXTERNAL and places.get("location") not in listed:
            found = f"{name} reads weights from {places.get('location')!r}"
            raise ModelError(found, "a file of its own folder and manifest", AGAIN)


def _tensors(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    yield from _of_nodes(graph.node)


def _of_nodes(nodes: Iterable[Any]) -> Iterator[Any]:
    for attribute in (attribute for node in nodes for attribute in node.attribute):
        yield from (attribute.t, *attribute.tensors)
        for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
            yield from (sparse.values, sparse.indices)
        for inner in (attribute.g, *attribute.graphs):
            if inner.ByteSize():
                yield from _tensors(inner)
