"""Ports on loopback: whether one is free, who holds it, which one to take instead, and how nobody else takes it too."""

import contextlib
import socket
import sys
from collections.abc import Collection
from dataclasses import dataclass

import psutil

from daybreak.errors import BadInput

HOST = "127.0.0.1"
TRIED = 100
USUAL = {"prefect": 4200, "mlflow": 5000}


@dataclass(frozen=True)
class Chosen:
    """A port to listen on; `note` says why it is not the usual one, `claim` keeps others off."""

    port: int
    note: str = ""
    claim: socket.socket | None = None


def choose(asked: int | None, usual: int, variable: str, *, without: Collection[int] = ()) -> Chosen:
    """The port that was asked for, else the usual one, else the next free one above it; never one of `without`.

    Raises BadInput, naming the holder, if the port that was asked for by `variable` is taken.
    """
    if asked is not None:
        if asked in without or not is_free(asked):
            found = f"port {asked} of {variable} is taken by {holder(asked)}"
            raise BadInput(found, "a free port", f"End it, or set {variable} to another port")
        return Chosen(asked)
    if usual not in without and is_free(usual):
        return Chosen(usual)
    candidates = (port for port in range(usual + 1, usual + TRIED) if port not in without and is_free(port))
    port = next(candidates, None)
    if port is None:
        raise BadInput(f"no port from {usual} to {usual + TRIED} is free", "a free port", f"Set {variable} to one")
    return Chosen(port, f"port {usual} is taken by {holder(usual)}: took {port} ({variable} asks for another)")


def take(asked: int | None, usual: int, variable: str, *, without: Collection[int] = ()) -> Chosen:
    """`choose`, and claim the port: no other stack gets it while any process has the claim open.

    A server listens only seconds after its port was chosen, so two stacks that start at once would choose the same.
    """
    while True:
        chosen = choose(asked, usual, variable, without=without)
        if (claim := _claim(chosen.port)) is not None:
            return Chosen(chosen.port, chosen.note, claim)


def is_free(port: int) -> bool:
    """Whether a server could listen there now, and no stack has claimed it."""
    if (claim := _claim(port)) is None:
        return False
    claim.close()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a closing connection is no holder
        with contextlib.suppress(OSError):
            probe.bind((HOST, port))
            probe.listen(1)
            return True
    return False


def holder(port: int) -> str:
    """Who listens on a port, in words: process number and command, as far as the system tells."""
    pid = next(iter(listeners(port)), None)
    if pid is not None:
        return named(pid)
    if (claim := _claim(port)) is None:
        return "a stack that is starting"
    claim.close()
    return "a process of another user"


def serves(pid: int, port: int) -> bool:
    """Whether a process, or one that it started, listens on a port: an answer there may be somebody else's."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        return any(_is_listener(each, port) for each in (process, *process.children(recursive=True)))
    return False


def listeners(port: int | None = None) -> list[int]:
    """Processes that listen on a TCP port, or on any."""
    with contextlib.suppress(psutil.AccessDenied):  # macOS shows a user's own connections process by process only
        return sorted({found.pid for found in psutil.net_connections("tcp") if _listens(found, port) and found.pid})
    return sorted(process.pid for process in psutil.process_iter() if _is_listener(process, port))


def named(pid: int) -> str:
    """A process in words."""
    try:
        words = psutil.Process(pid).cmdline()
    except psutil.Error:
        words = []
    command = " ".join(words)
    return f"process {pid} ({command[:77] + '...' if len(command) > 80 else command or 'no command line'})"


def _claim(port: int) -> socket.socket | None:
    """A name that one socket at a time can have, for as long as it is open in any process; None if another has it.

    Linux alone has such names without a file (unix(7), abstract); elsewhere everybody gets a claim that claims nothing.
    """
    claim = socket.socket(socket.AF_UNIX)
    try:
        if sys.platform == "linux":
            claim.bind(f"\0daybreak-port-{port}")
    except OSError:
        claim.close()
        return None
    return claim


def _is_listener(process: psutil.Process, port: int | None) -> bool:
    with contextlib.suppress(psutil.Error):
        return any(_listens(found, port) for found in process.net_connections("tcp"))
    return False


def _listens(found: "psutil._common.sconn", port: int | None) -> bool:
    return bool(found.status == psutil.CONN_LISTEN and port in (None, found.laddr.port))
