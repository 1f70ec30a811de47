"""What a training takes of the machine, read where a point of its curve is closed."""

import resource
import sys
import time

import torch

GIB = 2.0**30


class Usage:
    """Reads the use of this process's cores and memory, and of the GPU it computes on, since the last reading."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._before = time.monotonic(), time.process_time()

    def read(self) -> dict[str, float]:
        """`cpu_percent` (100 is one core) and `memory_gib` (the most so far); on a GPU also that one's.

        `gpu_percent` is left out where the package nvidia-ml-py is not installed.
        """
        now = time.monotonic(), time.process_time()
        (before, worked), self._before = self._before, now
        found = {"cpu_percent": 100 * (now[1] - worked) / max(1e-9, now[0] - before), "memory_gib": _peak_gib()}
        return found if self._device.type != "cuda" else found | self._read_gpu()

    def _read_gpu(self) -> dict[str, float]:
        found = {"gpu_memory_gib": torch.cuda.max_memory_allocated(self._device) / GIB}
        try:
            return {**found, "gpu_percent": float(torch.cuda.utilization(self._device))}
        except (ImportError, RuntimeError):
            return found


def _peak_gib() -> float:
    """The system counts it in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / GIB if sys.platform == "darwin" else peak * 1024 / GIB
