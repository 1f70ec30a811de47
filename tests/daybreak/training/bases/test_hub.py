"""Hugging Face ids without a hub: a server of our own, the local cache, and nothing at all."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from daybreak.errors import ModelError
from daybreak.training.bases import hub

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PATTERNS = ("model.safetensors", "*.json")


class Hub(BaseHTTPRequestHandler):
    """Answers the question for a model's newest commit; knows one model."""

    def do_GET(self) -> None:
        known = self.path.startswith("/api/models/some/model")
        body = json.dumps({"id": "some/model", "sha": COMMIT} if known else {"error": "Repository not found"}).encode()
        self.send_response(200 if known else 404)
        if not known:
            self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", address)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    yield address
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("endpoint")
@pytest.mark.parametrize("revision", [None, "main", "0123"])
def test_an_unpinned_id_is_refused_with_the_commit_to_pin(revision: str | None) -> None:
    with pytest.raises(ModelError, match=f"some/model is not pinned .*Set model.revision to {COMMIT}"):
        hub.fetch("some/model", revision, PATTERNS)


def test_a_mirror_is_named_by_the_hub_s_own_variable(endpoint: str, tmp_path: Path) -> None:
    """huggingface_hub reads HF_ENDPOINT when it is imported, so by a process of its own."""
    code = f"from daybreak.training.bases import hub; hub.fetch('some/model', None, {PATTERNS!r})"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HF_ENDPOINT": endpoint}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)
    assert f"Set model.revision to {COMMIT}" in done.stderr


@pytest.mark.usefixtures("endpoint")
@pytest.mark.parametrize("name", ["nobody/nothing", "not a name", "-dash-"])
def test_an_id_that_is_not_there_is_said_so(name: str) -> None:
    with pytest.raises(ModelError, match="neither a local folder nor a model that the hub lets us read"):
        hub.fetch(name, None, PATTERNS)


def test_without_a_hub_the_local_folder_is_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=r"hub cannot be reached .*point model\.base at a local folder"):
        hub.fetch("some/model", COMMIT, PATTERNS)


def test_a_pinned_commit_in_the_cache_needs_no_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    snapshot = tmp_path / "models--some--model" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").write_bytes(b"weights")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert hub.fetch("some/model", COMMIT, PATTERNS) == (snapshot, COMMIT)
