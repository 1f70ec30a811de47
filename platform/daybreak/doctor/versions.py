"""Whether Python and the packages are of versions that are safe and known to work together."""

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from packaging.specifiers import SpecifierSet

from daybreak.doctor.base import Finding, Patient, fault, healthy

PYTHON = SpecifierSet(">=3.11,<3.14")
# Lower bounds are security floors; upper ones are versions that were seen to break something.
WANTED = {
    "mlflow": (">=3.15", "older ones have known holes"),
    "ray": (">=2.54", "older ones have known holes, and no token between processes"),
    "prefect": (">=3.6.22", "older ones have known holes"),
    "torch": (">=2.10", "older ones have known holes"),
    "onnx": (">=1.21", "older ones have known holes"),
    "sqlalchemy": (">=2.0,<2.1", "with 2.1 Prefect's server looks well and never schedules anything"),
    "fastapi": ("<0.163", "with later ones Prefect's server does not start"),
    "lightning": ("!=2.6.2,!=2.6.3", "these two were malware"),
}
OPTIONAL = frozenset({"lightning"})
REMEDY = "Install what requirements.lock pins: make run"


def check(_patient: Patient) -> Iterator[Finding]:
    """One finding for Python, one for each fault, and one that all is well if there is none."""
    yield _judge_python(sys.version.split()[0])
    faults = [found for name, (wanted, why) in WANTED.items() if (found := judge(name, _installed(name), wanted, why))]
    yield from faults or [healthy("packages", f"{len(WANTED)} packages are at safe versions")]


def judge(name: str, installed: str | None, wanted: str, why: str) -> Finding | None:
    """A fault if this version of a package is outside of what is wanted, else None."""
    if installed is None:
        return None if name in OPTIONAL else fault("packages", f"{name} is not installed", REMEDY)
    if SpecifierSet(wanted).contains(installed, prereleases=True):
        return None
    return fault("packages", f"{name} {installed} is installed, {wanted} is wanted: {why}", REMEDY)


def _judge_python(found: str) -> Finding:
    if PYTHON.contains(found, prereleases=True):
        return healthy("python", f"Python {found}")
    return fault("python", f"Python {found}, {PYTHON} is wanted", "Make .venv with such a Python: make PYTHON=... run")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
