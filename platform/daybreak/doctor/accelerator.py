"""Whether a GPU that the machine has is one that torch and onnxruntime can use."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, files

from daybreak.doctor.base import Finding, Patient, fault, healthy

CHECK = "gpu"
SECONDS = 20


def check(_patient: Patient) -> Iterator[Finding]:
    """One finding."""
    import torch

    usable = torch.cuda.device_count() if torch.cuda.is_available() else 0
    yield judge(present(), usable, torch.version.cuda, cuda_of_onnxruntime())


def judge(there: list[str], usable: int, torch_cuda: str | None, runtime_cuda: str | None) -> Finding:
    """Whether torch can use the GPUs that are `there`, and is built for the same CUDA as onnxruntime."""
    if not there:
        return healthy(CHECK, "no NVIDIA GPU here: everything runs on CPUs")
    if torch_cuda is None:
        return fault(
            CHECK, f"torch is a CPU build, but there is {there[0]}", "Install the CUDA build that the lock pins"
        )
    if not usable:
        return fault(
            CHECK, f"torch for CUDA {torch_cuda} cannot use {there[0]}", "Update the driver; nvidia-smi tells its CUDA"
        )
    if runtime_cuda and runtime_cuda.split(".")[0] != torch_cuda.split(".")[0]:
        found = f"torch is built for CUDA {torch_cuda}, onnxruntime for {runtime_cuda}"
        return fault(CHECK, found, "Install the two that requirements.lock pins: make run")
    return healthy(CHECK, f"{usable} x {there[0]}, CUDA {torch_cuda}")


def present() -> list[str]:
    """Names of the GPUs that the driver sees."""
    if not shutil.which("nvidia-smi"):
        return []
    command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return []
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else []


def cuda_of_onnxruntime() -> str | None:
    """The CUDA that the onnxruntime-gpu wheel says it was built for; None for another wheel."""
    try:
        shipped = files("onnxruntime-gpu") or []
    except PackageNotFoundError:
        return None
    text = "".join(file.read_text() for file in shipped if file.name == "build_and_package_info.py")
    found = re.search(r"cuda_version = '([\d.]+)'", text)
    return found[1] if found else None
