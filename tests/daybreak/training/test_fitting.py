"""Steps are counted in fractions of epochs, divergence names its rows, measuring changes nothing."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from daybreak import recipes
from daybreak.errors import Interrupted, ParamsError, StepFailed
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


class Hungry(torch.nn.Module):
    """Runs out of memory above so many rows at once, as a GPU does."""

    def __init__(self, inner: torch.nn.Module, rows: int) -> None:
        super().__init__()
        self.inner, self.rows = inner, rows

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        if len(input_ids) > self.rows:
            raise torch.OutOfMemoryError(f"no room for {len(input_ids)} rows")
        return self.inner(input_ids, attention_mask)


def copied(network: torch.nn.Module) -> torch.nn.Module:
    return copy.deepcopy(network).eval()


@pytest.mark.parametrize(("rows", "pieces"), [(8, 2), (4, 4), (1, 16)])
def test_where_memory_is_short_batches_are_cut_and_the_steps_stay_the_same(
    prepared: tuple[torch.nn.Module, fitting.Subject], rows: int, pieces: int
) -> None:
    network, subject = prepared
    training = TrainingParams(epochs=1, batch_size=16, max_length=64, accumulation=2, dropout=0.0)
    network = network_without_dropout(network)
    roomy = fitting.Fitting(copied(network), RECIPE, subject, training)
    tight = fitting.Fitting(Hungry(copied(network), rows), RECIPE, subject, training)
    expected, found = list(roomy.steps()), list(tight.steps())
    assert tight.pieces == pieces
    assert [(step.number, step.rows, step.tokens) for step in found] == [
        (step.number, step.rows, step.tokens) for step in expected
    ]
    assert [step.loss for step in found] == pytest.approx([step.loss for step in expected], rel=1e-5)


def network_without_dropout(network: torch.nn.Module) -> torch.nn.Module:
    made = copy.deepcopy(network)
    for module in made.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return made


def test_one_row_that_does_not_fit_is_the_end(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared
    training = TrainingParams(epochs=1, batch_size=8, max_length=64)
    with pytest.raises(StepFailed, match=r"step 1 does not fit into memory in 8 pieces.*Lower training\.batch_size"):
        list(fitting.Fitting(Hungry(network, 0), RECIPE, subject, training).steps())


def test_the_ratio_is_measured_at_its_turn(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared
    made = fitting.Fitting(copied(network), RECIPE, subject, TrainingParams(epochs=1, batch_size=8, max_length=64))
    made.ratio_every = 4
    ratios = {step.number: step.update_ratio for step in made.steps()}
    assert [number for number, ratio in ratios.items() if ratio is not None] == [4, 8]
    assert 0 < (ratios[4] or 0.0) < 0.5


def test_asked_to_stop_within_a_step_it_stands_as_before(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared
    training = TrainingParams(epochs=1, batch_size=8, max_length=64, accumulation=2)
    made = fitting.Fitting(copied(network), RECIPE, subject, training)
    steps = made.steps()
    next(steps)
    before, chance = made.state(), torch.get_rng_state()
    answers = iter([False, True])
    made.asked = lambda: next(answers)
    with pytest.raises(Interrupted):
        next(steps)
    assert torch.equal(torch.get_rng_state(), chance)
    after = made.state()
    assert after.facts == before.facts
    assert all(torch.equal(value, before.tensors["weights"][name]) for name, value in after.tensors["weights"].items())


def test_asked_to_stop_while_it_measures_the_mode_is_kept(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared
    network.train()
    with pytest.raises(Interrupted):
        fitting.measure(network, RECIPE, subject, LABELS, asked=lambda: True)
    assert network.training


def test_a_leap_of_the_loss_names_step_and_rows(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared

    class Leaping(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.calls = copied(network), 0

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            self.calls += 1
            return self.inner(input_ids, attention_mask) + (torch.tensor([90.0, -90.0]) if self.calls == 15 else 0)

    training = TrainingParams(epochs=3, batch_size=8, max_length=64, spike=5.0)
    with pytest.raises(StepFailed, match=r"train: loss .* after a mean of .* at step 15 on rows row-1-.*checkpoint"):
        list(fitting.Fitting(Leaping(), RECIPE, subject, training).steps())


def test_tied_and_frozen_weights_are_put_down_once_or_not_at_all(
    prepared: tuple[torch.nn.Module, fitting.Subject],
) -> None:
    class Tied(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second, self.third = (torch.nn.Linear(3, 3) for _ in range(3))
            self.second.weight = self.first.weight
            self.third.requires_grad_(requires_grad=False)
            self.register_buffer("seen", torch.zeros(2))

    made = Tied()
    found = fitting.Fitting(made, RECIPE, prepared[1], TrainingParams()).state()
    assert set(found.tensors["weights"]) == {"first.weight", "first.bias", "second.bias", "seen"}
    other = fitting.Fitting(Tied(), RECIPE, prepared[1], TrainingParams())
    other.load(found)
    assert torch.equal(other.bare.second.weight, made.first.weight)  # type: ignore[union-attr]


def test_balanced_weights_let_labels_count_alike(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared
    rare = subject.only(
        np.concatenate([np.flatnonzero(subject.tokens.classes == 0)[:3], np.flatnonzero(subject.tokens.classes)[:9]])
    )
    training = TrainingParams(class_weights="balanced")
    fit = fitting.Fitting(network, RECIPE, rare, training, labels=LABELS)
    assert fit._class_weights is not None
    assert fit._class_weights.tolist() == pytest.approx([12 / (2 * 3), 12 / (2 * 9)])


def test_balanced_weights_of_several_labels_are_refused(prepared: tuple[torch.nn.Module, fitting.Subject]) -> None:
    network, subject = prepared
    tokens = replace(
        subject.tokens,
        targets=np.repeat(subject.tokens.targets, 2),
        target_offsets=subject.tokens.target_offsets * 2,
    )
    with pytest.raises(ParamsError, match=r"class_weights is balanced, and rows have more than one target"):
        fitting.Fitting(
            network, RECIPE, replace(subject, tokens=tokens), TrainingParams(class_weights="balanced"), labels=LABELS
        )
