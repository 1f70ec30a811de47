"""Steps are counted in fractions of epochs, divergence names its rows, measuring changes nothing."""

from pathlib import Path

import numpy as np
import pytest
import torch

from daybreak import recipes
from daybreak.errors import StepFailed
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.training import fitting, loop
from daybreak.training.params import TrainingParams

RECIPE = recipes.find("classify")
LABELS = ("negative", "positive")


@pytest.fixture(scope="module")
def prepared(
    tiny_dataset: DatasetRef,
    tiny_model: ModelParams,
    tiny_training: TrainingParams,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[torch.nn.Module, fitting.Subject]:
    base, learned, _ = loop.prepare(tiny_dataset, tiny_model, tiny_training, tmp_path_factory.mktemp("cache"))
    torch.manual_seed(1)
    return RECIPE.build(base.network(0.1), tiny_dataset.labels, 0.1), learned


@pytest.mark.parametrize(("epochs", "total"), [(1, 10), (2.5, 25), (0.04, 1), (0.001, 1)])
def test_epochs_may_be_fractional(epochs: float, total: int) -> None:
    assert fitting.steps(80, TrainingParams(epochs=epochs, batch_size=8)) == (10, total)
    assert fitting.steps(81, TrainingParams(epochs=1, batch_size=8)) == (11, 11)


def test_takes_a_step_for_each_value_drawn(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared
    training = TrainingParams(epochs=1.5, batch_size=8, max_length=64)
    steps = list(fitting.Fitting(network, RECIPE, subject, training).steps())
    assert [step.number for step in steps] == list(range(1, 16))
    assert steps[-1].epoch == 1.5
    assert sum(step.tokens for step in steps[:10]) == subject.lengths.sum()
    assert max(step.learning_rate for step in steps) <= training.learning_rate
    assert all(step.gradient_norm > 0 for step in steps)


def test_divergence_names_step_and_rows(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared

    class Broken(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.calls = network, 0

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            self.calls += 1
            return self.inner(input_ids, attention_mask) * (float("nan") if self.calls == 3 else 1.0)

    training = TrainingParams(epochs=1, batch_size=16, max_length=64)
    with pytest.raises(
        StepFailed, match=r"train: loss nan.* at step 3 on rows row-1-\d+, .* and 8 more.*Lower"
    ) as caught:
        list(fitting.Fitting(Broken(), RECIPE, subject, training).steps())
    assert "finite" in caught.value.expected


def test_measuring_is_repeatable_and_keeps_the_mode(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared
    network.train()
    first = fitting.measure(network, RECIPE, subject, LABELS)
    assert network.training
    assert fitting.measure(network, RECIPE, subject, LABELS) == first
    assert set(first) == {"loss", "accuracy", "macro_f1"}


def test_measures_only_the_rows_it_is_given(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared
    positives = subject.only(np.flatnonzero(subject.tokens.targets == 1))
    negatives = subject.only(np.flatnonzero(subject.tokens.targets == 0))
    both = (fitting.measure(network, RECIPE, part, LABELS)["accuracy"] for part in (positives, negatives))
    assert fitting.measure(network, RECIPE, subject, LABELS)["accuracy"] == pytest.approx(sum(both) / 2)


def test_fits_only_the_rows_it_is_given(prepared: tuple[torch.nn.Module, fitting.Subject], tmp_path: Path) -> None:
    network, subject = prepared
    few = subject.only(np.arange(8))
    steps = list(fitting.Fitting(network, RECIPE, few, TrainingParams(epochs=1, batch_size=4, max_length=64)).steps())
    assert sum(step.tokens for step in steps) == subject.lengths[:8].sum()
