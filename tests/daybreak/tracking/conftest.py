"""A project, its tracker, and an artifact to register."""

from pathlib import Path

import pytest

from daybreak import digests
from daybreak.records import ArtifactRef, FileDigest, Project
from daybreak.tracking import Tracker


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(name="sample", root=tmp_path)


@pytest.fixture
def tracker(mlflow_url: str, tmp_path: Path, project: Project) -> Tracker:
    return Tracker(mlflow_url, tmp_path / "artifacts", project)


@pytest.fixture
def artifact(tmp_path: Path) -> ArtifactRef:
    """A real, tiny ONNX model: logits = the mask's first two columns as numbers."""
    import onnx
    from onnx import TensorProto, helper

    folder = tmp_path / "onnx-int8"
    folder.mkdir()
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "length"])
    mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "length"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 2])
    columns = helper.make_tensor("columns", TensorProto.INT64, [2], [0, 1])
    nodes = [
        helper.make_node("Gather", ["attention_mask", "columns"], ["two"], axis=1),
        helper.make_node("Cast", ["two"], ["logits"], to=TensorProto.FLOAT),
    ]
    graph = helper.make_graph(nodes, "tiny", [ids, mask], [logits], [columns])
    model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 17)])
    onnx.save(model, folder / "model.onnx")
    (folder / "labels.json").write_text('{"labels": ["negative", "positive"]}', encoding="utf-8")
    files = tuple(
        FileDigest(name=path.name, sha256=digests.of_file(path), bytes=path.stat().st_size)
        for path in sorted(folder.iterdir())
    )
    size = sum(file.bytes for file in files)
    return ArtifactRef(path=folder, kind="onnx-int8", sha256="a" * 64, bytes=size, files=files)
