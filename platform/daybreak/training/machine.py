"""What this machine can train with, known before anything is loaded: torch alone takes seconds."""

import ctypes
import re
import shutil
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from daybreak.errors import ParamsError
from daybreak.training.params import TrainingParams

DRIVER = "libnvidia-ml.so.1"
COMPILERS = ("c++", "g++", "clang++")


def demand(training: TrainingParams) -> None:
    """ParamsError, in milliseconds, for what this machine or its packages lack."""
    count = gpus()
    if training.device == "cuda" and count == 0:
        raise no_gpu()
    _demand_processes(training, 0 if training.device == "cpu" else count)
    if training.compile and training.device != "cuda" and not _can_compile():
        found = "training.compile is on, and there is no C++ compiler, or Python's headers are missing"
        raise ParamsError(found, "g++ and python3-dev", "Set training.compile to false")


def no_gpu() -> ParamsError:
    """The one sentence about a GPU that is asked for and absent."""
    found = "training.device is cuda, and torch finds no GPU"
    return ParamsError(found, "a GPU with its driver, and torch built for it", "Set training.device to auto or cpu")


def gpus() -> int | None:
    """How many GPUs torch could use; None where only torch itself can tell, such as with AMD's."""
    built = _built_for()
    if built is None:
        return None
    return driven() if built == "cuda" else 0


def _demand_processes(training: TrainingParams, count: int | None) -> None:
    if training.spread == "none":
        return
    asked = f"training.processes is {training.processes}"
    if count and count < training.processes:
        raise ParamsError(f"{asked}, and this machine has {count} GPUs", "one each", "Lower training.processes")
    if training.spread != "tensor" and training.processes > training.batch_size:
        found = f"{asked}, and a batch has {training.batch_size} rows"
        raise ParamsError(found, "a row for each process", "Raise training.batch_size")
    if training.spread == "deepspeed":
        found = "training.spread is deepspeed, which this version cannot do"
        raise ParamsError(found, "fsdp, which shards the same things", "Set training.spread to fsdp")
    if training.spread == "ddp" and find_spec("accelerate") is None:
        found = "training.spread is ddp, and accelerate is not installed"
        raise ParamsError(found, "the package accelerate", "pip install accelerate, or set training.spread to fsdp")
    _demand_splitting(training)


def _demand_splitting(training: TrainingParams) -> None:
    """What cannot be had where weights lie apart."""
    asked, adapter = f"training.spread is {training.spread}", training.adapter
    if adapter.bits < 16 and training.spread != "ddp":
        found = f"{asked}, and training.adapter.bits is {adapter.bits}"
        raise ParamsError(found, "ddp, or 16 or 32 bits", "Set training.spread to ddp")
    if training.spread == "tensor" and adapter.kind != "none":
        found = f"{asked}, and training.adapter.kind is {adapter.kind}"
        raise ParamsError(found, "ddp or fsdp with adapters", "Set training.spread to fsdp")
    if training.spread == "tensor" and training.precision == "fp16":
        raise ParamsError(f"{asked}, and training.precision is fp16", "bf16 or fp32", "Set training.precision to bf16")


def _built_for() -> str | None:
    """What the installed torch was built for: "cuda", "" for the processor alone, None for something else."""
    found = find_spec("torch")
    file = Path(found.origin).with_name("version.py") if found and found.origin else None
    if file is None or not file.is_file():
        return None
    built = dict(re.findall(r"^(cuda|hip|rocm|xpu)\b[^=]*= '(.+)'$", file.read_text(encoding="utf-8"), re.MULTILINE))
    return "cuda" if list(built) == ["cuda"] else None if built else ""


def driven() -> int:
    """GPUs that NVIDIA's driver knows; it is asked in a way that leaves no trace in this process."""
    try:
        driver = ctypes.CDLL(DRIVER)
    except OSError:
        return 0
    count = ctypes.c_uint(0)
    if driver.nvmlInit_v2() != 0:
        return 0
    try:
        return count.value if driver.nvmlDeviceGetCount_v2(ctypes.byref(count)) == 0 else 0
    finally:
        driver.nvmlShutdown()


def _can_compile() -> bool:
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    return headers.is_file() and any(map(shutil.which, COMPILERS))
