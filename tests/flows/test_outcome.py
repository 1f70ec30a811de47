"""An outcome is one sentence, a page beside the run, and a state that carries what was found."""

from pathlib import Path

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey

from daybreak.records import FileDigest, Project
from flows.outcome import ended, named

FOUND = FileDigest(name="model.onnx", sha256="ab", bytes=3)


@flow(name="show-something", flow_run_name=named("to data {version} {unknown}"))
def show_something(version: int, project: str = "sample") -> object:
    return ended(project, f"Version {version} it is.", FOUND, name="Different")


@pytest.mark.usefixtures("on_stack")
def test_an_outcome_is_shown_and_given_back(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    state = show_something(3, return_state=True)
    assert (state.name, state.message, state.is_completed()) == ("Different", "Version 3 it is.", True)
    assert state.result() == FOUND
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(state.state_details.flow_run_id)
        assert run.name.endswith(" sample to data 3")
        key = ArtifactFilter(key=ArtifactFilterKey(any_=["show-something-sample"]))
        (page,) = [each for each in client.read_artifacts(artifact_filter=key) if each.flow_run_id == run.id]
    assert page.description == "Version 3 it is."
    assert "| name | model.onnx |" in str(page.data)


def test_a_path_is_no_record() -> None:
    with pytest.raises(AttributeError):
        ended("sample", "", Path())  # type: ignore[arg-type]
