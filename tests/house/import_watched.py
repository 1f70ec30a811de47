"""Imports modules under an audit hook and prints, as JSON, what they touched: run it as a process of its own.

Usage: import_watched.py ROOT MODULE...   An event is blamed on the innermost frame that is not the standard library's:
what third parties do to the disk or the environment while they load is theirs. Network events are never forgiven.
"""

import importlib
import json
import logging
import os
import sys
import sysconfig
from types import FrameType

NETWORK = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
DISK = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate", "os.chmod"}
PROCESS = {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn"}
ENVIRONMENT = {"os.putenv", "os.unsetenv"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC

house = os.path.realpath(sys.argv[1])
third_parties = [os.path.realpath(sysconfig.get_path(name)) for name in ("purelib", "platlib")]
touched: list[str] = []


def blame(frame: FrameType | None) -> str:
    """File and line of the innermost frame of the house, "" when a third party stands before it."""
    while frame is not None:
        path = os.path.realpath(frame.f_code.co_filename)
        if any(path.startswith(place) for place in third_parties):
            return ""
        ours = path.startswith(house + os.sep) and path != os.path.realpath(__file__)
        if ours and not frame.f_code.co_filename.startswith("<"):
            return f"{os.path.relpath(path, house)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def watch(event: str, args: tuple[object, ...]) -> None:
    writes = event == "open" and isinstance(args[2], int) and args[2] & WRITING and args[0] != os.devnull
    probes_ipv6 = event == "socket.bind" and args[1] == ("::1", 0)  # urllib3 asks the kernel, nobody else
    if event in NETWORK and not probes_ipv6:
        touched.append(f"{event} {args[1:]!r} by {blame(sys._getframe(1)) or 'a third party'}")
    elif (writes or event in DISK | PROCESS | ENVIRONMENT) and (where := blame(sys._getframe(1))):
        touched.append(f"{event} {args[0]!r} by {where}")


if __name__ == "__main__":
    sys.addaudithook(watch)
    for name in sys.argv[2:]:
        importlib.import_module(name)
    handlers, loaded = (
        [repr(handler) for handler in logging.root.handlers],
        sorted({name.split(".")[0] for name in sys.modules}),
    )
    print(json.dumps({"touched": touched, "handlers": handlers, "loaded": loaded}))
