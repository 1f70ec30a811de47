"""ModelScope ids without ModelScope: a server of our own, the local cache, and nothing at all."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlparse

import pytest

from daybreak.errors import ModelError
from daybreak.recipes.params import ModelParams
from daybreak.training.bases import base, modelscope

FILES = {
    "config.json": b'{"model_type": "bert"}',
    "model.safetensors": b"weights",
    "tokenizer.json": b"{}",
    "README.md": b"a card",
    "pytorch_model.bin": b"a pickle",
}
PATTERNS = base.FILES


class Hub(BaseHTTPRequestHandler):
    """Lists and gives the files of one model, at the revision v1 and on its branch."""

    asked: ClassVar[list[str]] = []
    damaged = ""

    def do_GET(self) -> None:
        where = urlparse(self.path)
        query = {name: values[0] for name, values in parse_qs(where.query).items()}
        self.asked.append(self.path)
        if not where.path.startswith("/api/v1/models/some/model/repo") or query["Revision"] not in ("v1", "master"):
            self._answer(404, b'{"Code": 10010205001, "Message": "record not found", "Success": false}')
        elif where.path.endswith("/files"):
            entries = [
                {"Path": name, "Type": "blob", "Sha256": hashlib.sha256(content).hexdigest(), "Revision": "c0ffee"}
                for name, content in FILES.items()
            ]
            entries.append({"Path": "onnx", "Type": "tree"})
            self._answer(200, json.dumps({"Code": 200, "Data": {"Files": entries}, "Success": True}).encode())
        else:
            name = query["FilePath"]
            self._answer(200, b"otherwise" if name == self.damaged else FILES[name])

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(Hub, "asked", [])
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_pinned_model_comes_once_and_without_pickles(endpoint: str, tmp_path: Path) -> None:
    folder, revision = modelscope.fetch("some/model", "v1", PATTERNS, endpoint)
    assert revision == "v1"
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.safetensors", "tokenizer.json"}
    asked = len(Hub.asked)
    assert modelscope.fetch("some/model", "v1", PATTERNS, "http://127.0.0.1:9") == (folder, "v1")
    assert len(Hub.asked) == asked
    assert not list((tmp_path / "cache").rglob("aside-*"))


def test_it_is_a_base_with_revision_and_digests(endpoint: str) -> None:
    model = ModelParams(base="modelscope:some/model", revision="v1")
    base.locate(model, endpoint)
    ref = base.resolve(model)
    assert (ref.source, ref.revision) == ("modelscope:some/model", "v1")
    assert ref.weights_sha256 == hashlib.sha256(b"weights").hexdigest()


@pytest.mark.parametrize("revision", [None, "master"])
def test_a_branch_is_refused_with_what_to_pin(endpoint: str, revision: str | None) -> None:
    with pytest.raises(
        ModelError, match=r"some/model is not pinned .*a commit or a tag; Set model\.revision to c0ffee"
    ):
        modelscope.fetch("some/model", revision, PATTERNS, endpoint)


@pytest.mark.parametrize(("name", "revision"), [("some/other", "v1"), ("some/model", "v9")])
def test_what_is_not_there_is_said_so(endpoint: str, name: str, revision: str) -> None:
    with pytest.raises(ModelError, match=f"modelscope:{name} at revision {revision} is not a model that the hub lets"):
        modelscope.fetch(name, revision, PATTERNS, endpoint)


def test_a_damaged_file_is_not_kept(endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Hub, "damaged", "model.safetensors")
    with pytest.raises(ModelError, match=r"model\.safetensors of modelscope:some/model came damaged; expected SHA-256"):
        modelscope.fetch("some/model", "v1", PATTERNS, endpoint)
    assert not list((tmp_path / "cache").rglob("*.safetensors"))


def test_without_a_hub_the_local_folder_is_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=r"hub cannot be reached \(.*point model\.base at a local folder"):
        modelscope.fetch("some/model", "v1", PATTERNS, "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match=r"HF_HUB_OFFLINE is set"):
        modelscope.fetch("some/model", "v1", PATTERNS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("owner/name", "modelscope:owner/name"),
        ("daybreak/zh-mini", "daybreak/zh-mini"),
        ("scratch", "scratch"),
        ("./here/name", "./here/name"),
        ("package:some", "package:some"),
        ("modelscope:owner/name", "modelscope:owner/name"),
    ],
)
def test_a_plain_id_is_one_of_the_hub_that_settings_name(name: str, expected: str) -> None:
    assert base.on_hub(ModelParams(base=name), "modelscope").base == expected
    assert base.on_hub(ModelParams(base=name), "huggingface").base == name
