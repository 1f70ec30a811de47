"""What a training's bits hang on beside its inputs and its code: machine, threads and versions."""

import platform
from pathlib import Path
from typing import TYPE_CHECKING

from daybreak.training import machine
from daybreak.training.params import TrainingParams

if TYPE_CHECKING:
    from daybreak.training.devices import Device

LIBRARIES = ("torch", "transformers", "tokenizers", "numpy", "safetensors", "peft", "accelerate")
LEVELS = ("amx_bf16", "avx512_vnni", "avx512f", "avx2")


def describe(training: TrainingParams, device: "Device") -> dict[str, str]:
    """Each circumstance by its name, in the order of how likely it changes bits."""
    found = {
        "device": _name(device),
        "processor": processor(),
        "threads": str(training.threads),
        "processes": str(training.processes),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    return found | versions()


def briefly(training: TrainingParams) -> dict[str, str]:
    """What of `describe` can be known before torch is loaded, which takes seconds: classes of processors, versions."""
    found = {"processor": processor(), "system": f"{platform.system()} {platform.machine()}"}
    return found | {"graphics": graphics(training), "python": platform.python_version()} | versions()


def graphics(training: TrainingParams) -> str:
    """The GPUs that a training may use, as NVIDIA's driver names them, or their number where it does not."""
    count = 0 if training.device == "cpu" else machine.gpus()
    told = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")) if count else []
    lines = (line.partition(":") for path in told for line in path.read_text(encoding="utf-8").splitlines())
    return ", ".join(sorted({value.strip() for name, _, value in lines if name == "Model"})) or str(count)


def processor() -> str:
    """The class of processor: its vendor and the widest instructions that sums are computed with."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8", errors="replace") if info.is_file() else ""
    lines = (line.partition(":") for line in text.splitlines())
    facts = {name.strip(): value.strip() for name, _, value in lines if value}
    flags = facts.get("flags", "").split()
    level = next((level for level in LEVELS if level in flags), "")
    vendor = facts.get("vendor_id", platform.processor() or platform.machine())
    return f"{vendor} {level}".strip()


def versions() -> dict[str, str]:
    """Versions of the libraries that compute, of those that are installed."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _name(device: "Device") -> str:
    if device.torch_device.type != "cuda":
        return device.torch_device.type
    import torch

    return f"{torch.cuda.get_device_name(device.torch_device)} (CUDA {torch.version.cuda})"
