"""What is said of machine and libraries is there, and the same each time."""

import platform

from daybreak.training import surroundings
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
