"""Whether what listens on more than loopback asks for a token: Ray cannot bind to loopback alone."""

import contextlib
from collections.abc import Iterator

import psutil

from daybreak.doctor.base import Finding, Patient, fault, healthy
from daybreak.tuning import search

CHECK = "exposure"
LOOPBACK = ("127.", "::1")


def check(_patient: Patient) -> Iterator[Finding]:
    """One finding for the token, one for the ports that a sweep holds open now."""
    if search.OWN.get("RAY_AUTH_MODE") == "token":
        yield healthy(CHECK, "Ray's processes ask each other for a token, new for each sweep")
    else:
        yield fault(CHECK, "Ray runs without a token", "Set RAY_AUTH_MODE=token for sweeps")
    if opened := open_ports():
        yield healthy(CHECK, f"a sweep listens on all interfaces, behind the token, at ports {', '.join(opened)}")


def open_ports() -> list[str]:
    """`port (process name)` of Ray's processes that listen on more than loopback."""
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if not _is_ray(process):
                continue
            for held in process.net_connections("tcp"):
                if held.status == psutil.CONN_LISTEN and not held.laddr.ip.startswith(LOOPBACK):
                    found.add((held.laddr.port, process.name()))
    return [f"{port} ({name})" for port, name in sorted(found)]


def _is_ray(process: psutil.Process) -> bool:
    words = process.cmdline()
    return any(word.startswith("ray::") or "/ray/" in word for word in words[:3])
