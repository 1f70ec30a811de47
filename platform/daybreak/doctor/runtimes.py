"""Whether onnxruntime is installed once: its CPU and GPU wheels share one folder, and the CPU one wins in silence."""

from collections.abc import Iterable, Iterator
from importlib.metadata import distributions

from daybreak.doctor.base import Finding, Patient, fault, healthy

CHECK = "onnxruntime"
REMEDY = "pip uninstall -y {all}, then install what requirements.lock pins: make run"


def check(_patient: Patient) -> Iterator[Finding]:
    """One finding."""
    yield judge({found.metadata["Name"]: found.version for found in distributions()})


def judge(installed: dict[str, str] | Iterable[str]) -> Finding:
    """What these distributions mean together."""
    names = sorted(name for name in installed if name.lower().replace("_", "-").startswith("onnxruntime"))
    runtimes = [name for name in names if "extensions" not in name and "genai" not in name]
    if not runtimes:
        return fault(CHECK, "onnxruntime is not installed", "Install what requirements.lock pins: make run")
    if len(runtimes) > 1:
        return fault(
            CHECK, f"installed twice, over each other: {', '.join(runtimes)}", REMEDY.format(all=" ".join(runtimes))
        )
    return healthy(CHECK, f"{runtimes[0]} alone")
