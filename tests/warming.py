"""Data stages without their start: the same code, in forks of one process that has imported what they import.

A stage takes a second or four to import its libraries, and tests prepare data hundreds of times. So the launcher of a
test checkout asks a server beside the tests to fork; whatever else it is asked to run, it starts as the real one does.
"""

import atexit
import contextlib
import functools
import json
import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path

STAGES = ("clean", "dedupe", "split", "describe")  # `ingest` starts by itself: what it imports reads the environment
LAUNCHER = """#!{python} -IS
import json, os, socket, sys
address, real = {address!r}, {real!r}
with socket.socket(socket.AF_UNIX) as server:
    try:
        if sys.argv[1:] not in [["-m", f"daybreak.data.{{stage}}"] for stage in {stages!r}]:
            raise OSError
        server.connect(address)
    except OSError:
        os.execv(real, [real, *sys.argv[1:]])
    wish = json.dumps({{"words": sys.argv[1:], "folder": os.getcwd(), "variables": dict(os.environ)}})
    socket.send_fds(server, [len(wish.encode()).to_bytes(4, "big")], [0, 1, 2])
    server.sendall(wish.encode())
    sys.exit(int(server.recv(8) or b"1"))
"""
_ending = contextlib.ExitStack()
atexit.register(_ending.close)


def write_launcher(path: Path, real: Path) -> None:
    """Write the launcher of a test's checkout to `path`; the server starts with the first of them."""
    text = LAUNCHER.format(python=sys.executable, address=_server(), real=str(real), stages=STAGES)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def end() -> None:
    """End the server, if there is one."""
    _ending.close()


@functools.cache
def _server() -> str:
    """Address of this process's server, which ends with it."""
    folder = tempfile.mkdtemp(prefix="warm-")
    address = f"{folder}/socket"
    process = subprocess.Popen(
        [sys.executable, "-P", __file__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    _ending.callback(shutil.rmtree, folder, ignore_errors=True)
    _ending.callback(process.communicate)
    _ending.callback(process.kill)
    if process.stdout is None or process.stdout.readline() != b"warm\n":
        raise RuntimeError("the server of data stages did not start")
    return address


def _serve(address: str) -> None:
    from daybreak import leash

    leash.tie()
    _warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        sys.stdout.write("warm\n")
        sys.stdout.flush()
        while True:
            client, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _run(client)
            client.close()


def _warm_up() -> None:
    """What stages import; nothing of it is used before a fork, so that nothing of it has a thread."""
    import cleanlab.filter  # noqa: F401
    import ftfy  # noqa: F401
    import jieba  # noqa: F401
    import opencc  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401
    import sklearn.feature_extraction.text
    import sklearn.linear_model
    import sklearn.pipeline  # noqa: F401

    import daybreak.params  # noqa: F401


def _run(client: socket.socket) -> None:
    """In a fork: become the process that the client would have been, answer with its exit status, and end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, _, _ = socket.recv_fds(client, 4, 3)
    wish = json.loads(b"".join(_read(client, int.from_bytes(size, "big"))))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(wish["folder"])
    os.environ.clear()
    os.environ.update(wish["variables"])
    threading.Thread(target=_end_with, args=(client,), daemon=True).start()
    status = _status(wish["words"][1])
    sys.stdout.flush()
    sys.stderr.flush()
    client.sendall(str(status).encode())
    os._exit(0)


def _read(client: socket.socket, size: int) -> list[bytes]:
    found = []
    while size and (part := client.recv(size)):
        found.append(part)
        size -= len(part)
    return found


def _end_with(client: socket.socket) -> None:
    client.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


def _status(module: str) -> int:
    """Run a module as `python -m` does."""
    warnings.filterwarnings("ignore", category=RuntimeWarning, module="runpy")
    sys.argv = [module]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        return 1
    return 0


if __name__ == "__main__":
    _serve(sys.argv[1])
