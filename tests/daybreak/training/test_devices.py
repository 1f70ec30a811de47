"""Where a training computes and how exactly: half precision, scaled gradients, memory for time, compiled networks."""

from collections.abc import Callable
from typing import Any

import pairing
import pytest
import torch

from daybreak.errors import ParamsError
from daybreak.training import devices, seed
from daybreak.training.params import TrainingParams


@pytest.fixture(autouse=True)
def _settings() -> Any:
    with seed.fixed(1, 1):
        yield


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_the_processor_is_what_a_machine_without_gpus_has(device: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert devices.choose(TrainingParams(device=device)) == devices.CPU
    with pytest.raises(ParamsError, match=r"training\.device is cuda, and torch finds no GPU"):
        devices.choose(TrainingParams(device="cuda"))


def test_a_gpu_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    assert devices.choose(TrainingParams(), local_rank=1).torch_device == torch.device("cuda", 1)
    assert devices.choose(TrainingParams(device="cpu", precision="bf16")).half is torch.bfloat16
    with pytest.raises(ParamsError, match="precision is bf16, which this GPU lacks"):
        devices.choose(TrainingParams(precision="bf16"))


def test_products_are_computed_in_half_and_weights_kept_whole() -> None:
    device = devices.Device(torch.device("cpu"), torch.bfloat16)
    layer = torch.nn.Linear(4, 4)
    with device.autocast():
        assert layer(torch.ones(1, 4)).dtype is torch.bfloat16
    with devices.CPU.autocast():
        assert layer(torch.ones(1, 4)).dtype is torch.float32
    assert layer.weight.dtype is torch.float32


def test_only_fp16_scales_its_gradients() -> None:
    place = torch.device("cpu")
    scaled = [devices.Device(place, half).scaler().is_enabled() for half in (None, torch.bfloat16, torch.float16)]
    assert scaled == [False, False, True]


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_learns_about_the_same(precision: Any) -> None:
    whole, half = (pairing.curve(pairing.params(precision=each)) for each in ("fp32", precision))
    assert half["losses"] == pytest.approx(whole["losses"], abs=0.03)
    assert half["losses"] != whole["losses"]


@pytest.mark.slow
def test_a_compiled_network_learns_the_same() -> None:
    from daybreak.training import fitting

    def losses(prepare: Callable[[torch.nn.Module], None]) -> list[float]:
        training = pairing.params()
        seed.fix(training.seed, 1)
        network = pairing.network()
        prepare(network)
        fit = fitting.Fitting(network, pairing.RECIPE, pairing.rows(), training, labels=pairing.LABELS)
        return [step.loss for step in fit.steps()]

    plain = losses(lambda network: None)
    assert losses(lambda network: network.compile(dynamic=True)) == pytest.approx(plain, abs=1e-5)
