"""What the machine lacks is said in milliseconds, before torch is loaded, each in one sentence."""

import subprocess
import sys
import time
from importlib.util import find_spec
from typing import Any

import pytest

from daybreak.errors import ParamsError
from daybreak.training import machine
from daybreak.training.params import AdapterParams, TrainingParams


def _without(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    monkeypatch.setattr(machine, "find_spec", lambda name: None if name in packages else find_spec("json"))


@pytest.fixture
def no_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "gpus", lambda: 0)


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "gpus", lambda: 2)


def refused(words: str, **training: Any) -> None:
    with pytest.raises(ParamsError, match=words):
        machine.demand(TrainingParams(**training))


@pytest.mark.usefixtures("no_gpus")
def test_a_gpu_that_is_absent_is_named_and_a_cpu_is_enough_for_the_rest() -> None:
    refused(r"training\.device is cuda, and torch finds no GPU.*Set training\.device to auto or cpu", device="cuda")
    machine.demand(TrainingParams())
    machine.demand(TrainingParams(spread="ddp", processes=2, precision="bf16"))


def test_it_takes_no_second_and_no_torch() -> None:
    code = "import sys; from daybreak.training import machine; machine.gpus(); print('torch' in sys.modules)"
    began = time.process_time()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
    assert time.process_time() - began < 1


@pytest.mark.usefixtures("two_gpus")
def test_more_processes_than_gpus() -> None:
    refused(r"processes is 4, and this machine has 2 GPUs", spread="fsdp", processes=4)
    machine.demand(TrainingParams(spread="fsdp", processes=2))
    machine.demand(TrainingParams(spread="fsdp", processes=4, device="cpu"))


def test_more_processes_than_rows() -> None:
    refused(r"processes is 4, and a batch has 2 rows", spread="ddp", processes=4, batch_size=2, device="cpu")
    machine.demand(TrainingParams(spread="tensor", processes=4, batch_size=2, device="cpu"))


def test_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    _without(monkeypatch, "accelerate")
    refused(r"spread is ddp, and accelerate is not installed.*pip install accelerate", spread="ddp", processes=2)


def test_deepspeed_is_refused_and_what_does_the_same_is_named() -> None:
    refused(
        r"spread is deepspeed, which this version cannot do.*Set training\.spread to fsdp",
        spread="deepspeed",
        processes=2,
    )


def test_what_cannot_be_had_where_weights_lie_apart() -> None:
    few = AdapterParams(kind="lora", bits=4)
    refused(r"spread is fsdp, and training\.adapter\.bits is 4", spread="fsdp", processes=2, adapter=few)
    lora = AdapterParams(kind="lora")
    refused(r"spread is tensor, and training\.adapter\.kind is lora", spread="tensor", processes=2, adapter=lora)
    refused(r"spread is tensor, and training\.precision is fp16", spread="tensor", processes=2, precision="fp16")


def test_a_compiler_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda name: None)
    refused(r"training\.compile is on, and there is no C\+\+ compiler", compile=True, device="cpu")


@pytest.mark.parametrize(
    ("text", "built"),
    [
        ("cuda: Optional[str] = None\nhip: Optional[str] = None\n", ""),
        ("cuda: Optional[str] = '13.0'\nhip: Optional[str] = None\n", "cuda"),
        ("cuda: Optional[str] = None\nhip: Optional[str] = '6.4'\n", None),
    ],
)
def test_what_torch_was_built_for_is_read_from_its_files(
    text: str, built: str | None, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "version.py").write_text(text, encoding="utf-8")
    spec = type("Spec", (), {"origin": str(tmp_path / "__init__.py")})
    monkeypatch.setattr(machine, "find_spec", lambda name: spec)
    monkeypatch.setattr(machine, "driven", lambda: 3)
    assert machine.gpus() == {"": 0, "cuda": 3, None: None}[built]


def test_a_driver_that_is_absent_drives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "DRIVER", "libabsent.so.1")
    assert machine.driven() == 0


def test_a_driver_is_asked_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Driver:
        def nvmlInit_v2(self) -> int:
            return asked.append("init") or 0

        def nvmlDeviceGetCount_v2(self, count: Any) -> int:
            count._obj.value = 8
            return 0

        def nvmlShutdown(self) -> None:
            asked.append("shutdown")

    monkeypatch.setattr(machine.ctypes, "CDLL", lambda name: Driver())
    assert machine.driven() == 8
    assert asked == ["init", "shutdown"]
