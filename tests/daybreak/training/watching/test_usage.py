"""What is read of the machine is of this process, and of the time since the last reading."""

import time
from types import SimpleNamespace

import pytest
import torch

from daybreak.training.watching.usage import Usage


def test_a_busy_process_is_told_from_an_idle_one() -> None:
    usage = Usage(torch.device("cpu"))
    time.sleep(0.2)
    idle = usage.read()
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    busy = usage.read()
    assert set(idle) == {"cpu_percent", "memory_gib"}
    assert idle["cpu_percent"] < busy["cpu_percent"] <= 110
    assert 0.05 < busy["memory_gib"] < 64


@pytest.mark.parametrize("installed", [True, False])
def test_on_a_gpu_its_memory_is_read_too_and_its_use_where_it_can_be(
    monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    def utilization(device: torch.device) -> int:
        if not installed:
            raise ModuleNotFoundError("pynvml")
        return 87

    fake = SimpleNamespace(max_memory_allocated=lambda device: 3 * 2**30, utilization=utilization)
    monkeypatch.setattr(torch, "cuda", fake)
    found = Usage(torch.device("cuda")).read()
    assert found["gpu_memory_gib"] == 3.0
    assert found.get("gpu_percent") == (87.0 if installed else None)
