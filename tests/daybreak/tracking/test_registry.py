"""Registered versions as any MLflow client finds them."""

from pathlib import Path
from typing import Any

import pytest

from daybreak import digests
from daybreak.errors import ModelError, StepFailed
from daybreak.records import ArtifactRef, FileDigest, Project
from daybreak.tracking import Registry, Tracker
from daybreak.tracking.client import connect

LABELS = ("negative", "positive")
TAGS = {"data_version": "3", "data_digest": "d3", "commit": "c0ffee", "run_id": "night-1"}


@pytest.fixture
def registry(mlflow_url: str) -> Registry:
    return Registry(mlflow_url)


@pytest.fixture
def run_id(tracker: Tracker) -> str:
    return tracker.start("night", {})


@pytest.fixture
def client(mlflow_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A colleague's plain MLflow, pointed at our database."""
    import mlflow

    client = connect(mlflow_url)
    mlflow.set_tracking_uri(mlflow_url)
    mlflow.set_registry_uri(mlflow_url)
    return client


def test_a_client_finds_the_version_with_signature_and_lineage(
    registry: Registry, project: Project, run_id: str, artifact: ArtifactRef, client: Any
) -> None:
    import mlflow

    version = registry.register(project, run_id, artifact, labels=LABELS, tags=TAGS)
    registry.set_alias(project, version)
    found = client.get_model_version_by_alias("daybreak-sample", "champion")
    assert int(found.version) == version == 1
    assert found.run_id == run_id
    assert found.tags == {**TAGS, "sha256": artifact.sha256, "kind": "onnx-int8", "labels": "negative,positive"}
    info = mlflow.models.get_model_info("models:/daybreak-sample@champion")
    assert info.signature.inputs.input_names() == ["input_ids", "attention_mask"]
    assert info.signature.outputs.inputs[0].shape == (-1, 2)
    assert list(info.flavors) == ["onnx"]
    assert info.metadata["labels"] == list(LABELS)


def test_the_files_in_mlflow_are_the_files_that_were_registered(
    registry: Registry, project: Project, run_id: str, artifact: ArtifactRef, client: Any
) -> None:
    import mlflow
    import onnxruntime

    from daybreak import digests

    registry.register(project, run_id, artifact, labels=LABELS, tags=TAGS)
    folder = Path(mlflow.artifacts.download_artifacts("models:/daybreak-sample/1"))
    assert {path.name for path in folder.iterdir()} >= {"MLmodel", "model.onnx", "labels.json"}
    assert {file.name: digests.of_file(folder / file.name) for file in artifact.files} == {
        file.name: file.sha256 for file in artifact.files
    }
    assert not list(folder.rglob("*.pkl"))
    model = mlflow.onnx.load_model("models:/daybreak-sample/1")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    assert session.run(None, {"input_ids": [[5, 6]], "attention_mask": [[1, 0]]})[0].tolist() == [[1.0, 0.0]]


def test_versions_count_up_and_the_same_artifact_is_registered_once(
    registry: Registry, project: Project, run_id: str, tracker: Tracker, artifact: ArtifactRef
) -> None:
    other_run = tracker.start("next night", {})
    asked = [(run_id, artifact), (run_id, artifact), (run_id, artifact.model_copy(update={"sha256": "b" * 64}))]
    versions = [registry.register(project, run, which, labels=LABELS, tags=TAGS) for run, which in asked]
    versions.append(registry.register(project, other_run, artifact, labels=LABELS, tags=TAGS))
    assert versions == [1, 1, 2, 3]
    assert [entry.version for entry in registry.versions(project)] == [3, 2, 1]
    found = registry.version(project, 2)
    assert found is not None
    assert (found.run_id, found.sha256) == (run_id, "b" * 64)
    assert registry.version(project, 4) is None


def test_aliases_are_set_read_and_taken_away(
    registry: Registry, project: Project, run_id: str, artifact: ArtifactRef
) -> None:
    assert registry.alias(project) is None
    assert registry.version(project, 1) is None
    registry.register(project, run_id, artifact, labels=LABELS, tags=TAGS)
    assert registry.alias(project) is None
    registry.set_alias(project, 1)
    registry.set_alias(project, 1, "candidate")
    assert (registry.alias(project), registry.alias(project, "candidate")) == (1, 1)
    registry.set_alias(project, None)
    assert (registry.alias(project), registry.alias(project, "candidate")) == (None, 1)


def test_an_alias_to_nothing_is_refused(
    registry: Registry, project: Project, run_id: str, artifact: ArtifactRef
) -> None:
    registry.register(project, run_id, artifact, labels=LABELS, tags=TAGS)
    with pytest.raises(StepFailed, match="tracking: MLflow at"):
        registry.set_alias(project, 7)


def test_an_encoder_is_registered_by_its_weights(
    registry: Registry, tracker: Tracker, project: Project, tmp_path: Path
) -> None:
    file = tmp_path / "encoder" / "model.safetensors"
    file.parent.mkdir()
    file.write_bytes(b"weights")
    entry = FileDigest(name=file.name, sha256=digests.of_file(file), bytes=7)
    encoder = ArtifactRef(path=file.parent, kind="encoder", sha256="e" * 64, bytes=7, files=(entry,))
    run_id = tracker.start("night", {})
    version = registry.register(project, run_id, encoder, labels=(), tags={"data_version": "1"})
    found = registry.version(project, version)
    assert found is not None
    assert (found.sha256, found.tags["kind"]) == ("e" * 64, "encoder")
    with pytest.raises(ModelError, match=r"holds no model; expected a \.safetensors file"):
        registry.register(project, run_id, encoder.model_copy(update={"files": ()}), labels=(), tags={})


def test_an_artifact_without_a_model_is_refused(
    registry: Registry, project: Project, run_id: str, artifact: ArtifactRef
) -> None:
    files = (FileDigest(name="model.pkl", sha256="a" * 64, bytes=1),)
    with pytest.raises(ModelError, match=r"holds no model; expected an \.onnx file"):
        registry.register(project, run_id, artifact.model_copy(update={"files": files}), labels=LABELS, tags=TAGS)
    assert registry.versions(project) == []


def test_the_registry_opens_mlflow_at_the_first_question(tmp_path: Path) -> None:
    Registry(f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert not (tmp_path / "mlflow.db").exists()
