"""What is said of machine and libraries is there, and the same each time."""

import platform
import subprocess
import sys

import pytest

from daybreak.training import machine, surroundings
from daybreak.training.devices import CPU
from daybreak.training.params import TrainingParams


def test_threads_and_versions_are_named() -> None:
    import torch

    found = surroundings.describe(TrainingParams(threads=2), CPU)
    assert found["threads"] == "2"
    assert found["device"] == "cpu"
    assert found["torch"] == torch.__version__
    assert found["python"] == platform.python_version()
    assert all(isinstance(value, str) and value for value in found.values())
    assert found == surroundings.describe(TrainingParams(threads=2), CPU)


def test_the_processor_is_a_class_and_not_a_model() -> None:
    """Two machines of one class give the same bits; a clock or a core count in the name would part them."""
    name = surroundings.processor()
    assert name
    assert "MHz" not in name
    assert "@" not in name


def test_what_can_be_known_without_torch_is_known_without_torch() -> None:
    code = (
        "import sys; from daybreak.training import surroundings; from daybreak.training.params import TrainingParams; "
        "print(surroundings.briefly(TrainingParams())['transformers']); sys.exit('torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said.strip() == surroundings.versions()["transformers"]


def test_what_is_known_briefly_is_what_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    brief, whole = surroundings.briefly(TrainingParams(device="cpu")), surroundings.describe(TrainingParams(), CPU)
    assert brief.pop("graphics") == "0"
    assert brief.items() <= whole.items()
    monkeypatch.setattr(machine, "gpus", lambda: 2)
    assert surroundings.briefly(TrainingParams())["graphics"] != "0"
