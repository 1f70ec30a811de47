"""What Ray opens to the network is behind a token, and named."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from stacking import free_port, until

from daybreak.doctor import Patient, exposure
from daybreak.tuning import search


def test_the_token_is_on(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert next(iter(exposure.check(patient))).ok
    monkeypatch.setattr(search, "OWN", {})
    assert not next(iter(exposure.check(patient))).ok


@pytest.mark.parametrize(("host", "named"), [("0.0.0.0", True), ("127.0.0.1", False)])
def test_an_open_port_of_ray_is_named(tmp_path: Path, host: str, named: bool) -> None:
    """A process that is started as Ray's are, from a folder of that name."""
    script = tmp_path / "ray" / "gcs_server.py"
    script.parent.mkdir()
    script.write_text(
        "import socket, sys; s = socket.socket(); s.bind((sys.argv[1], int(sys.argv[2]))); s.listen();"
        "print('on', flush=True); sys.stdin.read()",
        encoding="utf-8",
    )
    port = free_port()
    words = [sys.executable, str(script), host, str(port)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    process.stdout.readline()
    until(lambda: socket.create_connection(("127.0.0.1", port)).close() is None)
    assert any(each.startswith(f"{port} (") for each in exposure.open_ports()) is named
    process.communicate("")
