"""A taken port is named with its holder; another is taken, unless this one was asked for."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from stacking import free_port

from daybreak.errors import BadInput
from daybreak.stack import ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def test_the_usual_port_is_taken_without_a_word() -> None:
    usual = free_port()
    assert ports.choose(None, usual, "DAYBREAK_X_PORT") == ports.Chosen(usual)


def test_another_is_chosen_and_said_with_the_holder(taken: int) -> None:
    chosen = ports.choose(None, taken, "DAYBREAK_X_PORT")
    assert taken < chosen.port < taken + ports.TRIED
    assert ports.is_free(chosen.port)
    assert f"port {taken} is taken by process {os.getpid()} (" in chosen.note
    assert f"took {chosen.port} (DAYBREAK_X_PORT asks for another)" in chosen.note


def test_a_port_that_was_asked_for_is_not_replaced(taken: int) -> None:
    with pytest.raises(BadInput, match=rf"port {taken} of DAYBREAK_X_PORT is taken by process {os.getpid()}") as caught:
        ports.choose(taken, 1, "DAYBREAK_X_PORT")
    assert caught.value.exit_code == 2
    assert ports.choose(free_port(), taken, "DAYBREAK_X_PORT").note == ""


def test_two_servers_never_get_the_same() -> None:
    usual = free_port()
    assert ports.choose(None, usual, "DAYBREAK_X_PORT", without={usual}).port != usual


def test_a_port_that_was_taken_is_nobody_else_s_before_anything_listens_there() -> None:
    usual = free_port()
    first = ports.take(None, usual, "DAYBREAK_X_PORT")
    second = ports.take(None, usual, "DAYBREAK_X_PORT")
    assert first.claim and second.claim
    assert (first.port, first.note) == (usual, "")
    assert second.port > usual
    if sys.platform == "linux":
        assert f"port {usual} is taken by a stack that is starting: took {second.port}" in second.note
        with pytest.raises(BadInput, match=rf"port {usual} of DAYBREAK_X_PORT is taken by a stack that is starting"):
            ports.take(usual, usual, "DAYBREAK_X_PORT")
    first.claim.close()
    second.claim.close()
    assert ports.is_free(usual)


def test_an_answer_of_somebody_else_s_is_not_the_process_s_own(taken: int) -> None:
    code = "import sys; sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    assert not ports.serves(child.pid, taken)
    assert ports.serves(os.getpid(), taken)
    child.communicate(b"")
    assert not ports.serves(child.pid, taken)


def test_no_free_port_at_all(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "TRIED", 1)
    with pytest.raises(BadInput, match=f"no port from {taken} to {taken + 1} is free"):
        ports.choose(None, taken, "DAYBREAK_X_PORT")


def test_a_listener_on_all_interfaces_counts() -> None:
    with socket.socket() as held:
        held.bind(("0.0.0.0", 0))
        held.listen()
        assert not ports.is_free(held.getsockname()[1])


def test_the_holder_is_another_process() -> None:
    code = (
        "import socket, sys; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen();"
        "print(s.getsockname()[1], flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout and child.stdin
    port = int(child.stdout.readline())
    assert ports.listeners(port) == [child.pid]
    assert ports.holder(port).startswith(f"process {child.pid} ({sys.executable} -c import socket")
    assert len(ports.holder(port)) < 120
    child.communicate("")
    assert ports.listeners(port) == []
    assert ports.holder(port) == "a process of another user"
    assert ports.named(child.pid) == f"process {child.pid} (no command line)"
