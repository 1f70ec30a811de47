"""MLflow's own server shows what nights logged: runs, versions, files; passwords stay out of its command."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from making import Finished
from stacking import free_port, until

from daybreak.leash import Child, leashed
from daybreak.settings import child_environment
from daybreak.tracking import server


def test_the_command_listens_on_loopback_and_names_no_database(tmp_path: Path) -> None:
    words = server.command(5000)
    assert "--host 127.0.0.1 --port 5000" in " ".join(words)
    assert "geheim" not in " ".join(words)
    url = "postgresql+psycopg://night:geheim@db/mlflow"
    assert server.environment(url, tmp_path)["MLFLOW_BACKEND_STORE_URI"] == url


@pytest.mark.slow
def test_runs_versions_and_files_of_a_night_open(finished: Finished) -> None:
    settings, port = finished.night.settings, free_port()
    environment = child_environment(server.environment(settings.mlflow, settings.mlflow_artifacts))
    root = f"http://127.0.0.1:{port}"
    with Child(leashed(server.command(port)), env=environment, log=settings.home / "mlflow-server.log"):
        until(lambda: answers(f"{root}/health"), 600)
        model = get(f"{root}/api/2.0/mlflow/registered-models/get?name=daybreak-sample")["registered_model"]
        assert model["aliases"] == [{"alias": "champion", "version": "1"}]
        listed = get(f"{root}/api/2.0/mlflow/artifacts/list?run_id={finished.tracked.mlflow_run_id}")
        assert listed["root_uri"]
        version = get(f"{root}/api/2.0/mlflow/model-versions/get?name=daybreak-sample&version=1")["model_version"]
        model_id = version["source"].split("/")[-2]
        files = get(f"{root}/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/directories")["files"]
        assert any(each["path"].endswith(".onnx") for each in files)
        assert "flavors" in text(f"{root}/model-versions/get-artifact?name=daybreak-sample&version=1&path=MLmodel")
        assert "<html" in text(f"{root}/").lower()


def answers(address: str) -> bool:
    try:
        return bool(text(address))
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def text(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return str(answer.read().decode())


def get(address: str) -> Any:
    return json.loads(text(address))
