"""MLflow's model registry: versions with their signature and lineage, and the alias that `releasing` projects."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.errors import ModelError
from daybreak.records import ArtifactRef, Project, Record
from daybreak.tracking.client import connect, door
from daybreak.tracking.signature import Signature, classifier, to_mlflow

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

CHAMPION = "champion"
ONNX, WEIGHTS, FLAVOR = ".onnx", ".safetensors", "safetensors"
"""MLflow has no loader of its own for an encoder, and needs none."""


class Registered(Record):
    """One version in the registry, with the tags that tie it to its data, code and files."""

    version: int
    run_id: str
    sha256: str
    tags: dict[str, str]


class Registry:
    """The registered models in MLflow at `url`. Opens MLflow at the first question, not before.

    Raises ProjectError or Busy for a database that cannot be used, StepFailed for what MLflow refuses.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened: MlflowClient | None = None

    def register(
        self,
        project: Project,
        run_id: str,
        artifact: ArtifactRef,
        *,
        labels: Sequence[str],
        tags: Mapping[str, str],
        signature: Signature | None = None,
    ) -> int:
        """Copy the artifact into MLflow as a model of the run, and make it the next version of the project's model.

        The same artifact of the same run is registered once: asking again gives the same version. `tags` should name
        data_version, data_digest and commit; sha256 and kind of the artifact are added. The signature defaults to that
        of the recipe `classify`; an encoder has none. Raises ModelError if the artifact holds no file of its kind.
        """
        wanted = WEIGHTS if artifact.kind == "encoder" else ONNX
        file = next((file.name for file in artifact.files if file.name.endswith(wanted)), None)
        if file is None:
            raise ModelError(
                f"{artifact.path} holds no model", "an .onnx file" if wanted == ONNX else f"a {wanted} file"
            )
        given = signature or (None if artifact.kind == "encoder" else classifier(labels))
        with door(self._url):
            self._create_model(project)
            if known := self._find(project, run_id, artifact.sha256):
                return known
            described = {"labels": list(labels), "kind": artifact.kind, "sha256": artifact.sha256}
            logged = self._log_model(run_id, artifact, file, given, described)
            version = self._client.create_model_version(
                project.registered_model,
                source=logged.artifact_location,  # models:/ID would be looked up in the process's global store
                run_id=run_id,
                tags={**tags, "sha256": artifact.sha256, "kind": artifact.kind, "labels": ",".join(labels)},
                model_id=logged.model_id,
            )
        return int(version.version)

    def version(self, project: Project, version: int) -> Registered | None:
        """One version of the project's model, None if there is none of that number."""
        from mlflow.exceptions import MlflowException

        with door(self._url):
            try:
                found = self._client.get_model_version(project.registered_model, str(version))
            except MlflowException as error:
                if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                    return None
                raise
        return _registered(found)

    def versions(self, project: Project) -> list[Registered]:
        """Every version of the project's model, newest first."""
        with door(self._url):
            found = self._client.search_model_versions(f"name = '{project.registered_model}'")
        return sorted((_registered(entry) for entry in found), key=lambda entry: -entry.version)

    def alias(self, project: Project, alias: str = CHAMPION) -> int | None:
        """The version an alias points to, None if it points nowhere."""
        from mlflow.exceptions import MlflowException

        with door(self._url):
            try:
                aliases = self._client.get_registered_model(project.registered_model).aliases
            except MlflowException as error:
                if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                    return None
                raise
        return int(aliases[alias]) if alias in aliases else None

    def set_alias(self, project: Project, version: int | None, alias: str = CHAMPION) -> None:
        """Point an alias to a version, or, with None, nowhere. Only `releasing` may call this."""
        with door(self._url):
            if version is None:
                self._client.delete_registered_model_alias(project.registered_model, alias)
            else:
                self._client.set_registered_model_alias(project.registered_model, alias, str(version))

    @property
    def _client(self) -> "MlflowClient":
        if self._opened is None:
            self._opened = connect(self._url)
        return self._opened

    def _create_model(self, project: Project) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(
                project.registered_model,
                tags={"project": project.name},
                description=f"@{CHAMPION} follows Daybreak's release journal; moved by hand, it blocks releases.",
            )
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise

    def _find(self, project: Project, run_id: str, sha256: str) -> int | None:
        question = f"name = '{project.registered_model}' and run_id = '{run_id}'"
        found = self._client.search_model_versions(question)
        return next((int(entry.version) for entry in found if entry.tags.get("sha256") == sha256), None)

    def _log_model(
        self, run_id: str, artifact: ArtifactRef, file: str, signature: Signature | None, described: Mapping[str, Any]
    ) -> "LoggedModel":
        from mlflow.entities import LoggedModelOutput

        experiment_id = self._client.get_run(run_id).info.experiment_id
        logged = self._client.create_logged_model(experiment_id, name=artifact.kind, source_run_id=run_id)
        self._client.log_model_artifacts(logged.model_id, str(artifact.path))
        with tempfile.TemporaryDirectory() as aside:
            _describe(Path(aside) / "MLmodel", logged, file, signature, described)
            self._client.log_model_artifacts(logged.model_id, aside)
        self._client.finalize_logged_model(logged.model_id, "READY")
        self._client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=0)])
        return logged


def _describe(
    path: Path, logged: "LoggedModel", file: str, signature: Signature | None, described: Mapping[str, Any]
) -> None:
    """Write the MLmodel file by hand: MLflow's ONNX flavor would load the model, change its files and pin a loader."""
    from mlflow.models import Model

    model = Model(
        artifact_path=logged.artifact_location,
        run_id=logged.source_run_id,
        model_id=logged.model_id,
        signature=to_mlflow(signature) if signature else None,
        flavors={"onnx": {"data": file, "providers": ["CPUExecutionProvider"]}}
        if signature
        else {FLAVOR: {"data": file}},
        metadata=dict(described),
    )
    model.save(str(path))


def _registered(version: Any) -> Registered:
    return Registered(
        version=int(version.version),
        run_id=version.run_id or "",
        sha256=version.tags.get("sha256", ""),
        tags=dict(version.tags),
    )
