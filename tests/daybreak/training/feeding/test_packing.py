"""Texts that share a row: all of them, once, none reading another, and the loss is what it was apart."""

from typing import Any

import numpy as np
import pytest
import torch

from daybreak import recipes
from daybreak.errors import ModelError
from daybreak.recipes.base import IGNORED, Batch
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.training import assembling, fitting, loop, seed
from daybreak.training.devices import CPU
from daybreak.training.feeding import packing
from daybreak.training.fitting import Fitting, Subject
from daybreak.training.params import TrainingParams

generate = recipes.find("generate")


@pytest.fixture(scope="module")
def prepared(
    tiny_dialogues: DatasetRef, tiny_writer: ModelParams, tmp_path_factory: pytest.TempPathFactory
) -> loop.Prepared:
    training = TrainingParams(max_length=64, packing=True)
    return loop.prepare(tiny_dialogues, tiny_writer, training, tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize("count", [1, 7, 500])
def test_bins_hold_every_text_once_and_no_more_than_fits(count: int) -> None:
    lengths = np.random.default_rng(3).integers(1, 65, count)
    filled = packing.bins(lengths, 64, seed=17)
    assert sorted(np.concatenate(filled).tolist()) == list(range(count))
    assert max(int(lengths[row].sum()) for row in filled) <= 64
    assert len(filled) <= max(1, 1.15 * lengths.sum() / 64 + 1)
    assert all(np.array_equal(a, b) for a, b in zip(filled, packing.bins(lengths, 64, seed=17), strict=True))


def test_an_epoch_has_every_text_once_and_another_epoch_another_order() -> None:
    filled = packing.bins(np.full(40, 10), 32, seed=17)
    first, second = (packing.order(filled, 4, 17, epoch) for epoch in (0, 1))
    assert sorted(np.concatenate(first).tolist()) == list(range(40))
    assert len(first) == len(second) == fitting.steps(len(filled), TrainingParams(batch_size=4))[0]
    assert not np.array_equal(np.concatenate(first), np.concatenate(second))


def test_a_batch_numbers_its_texts_and_keeps_their_targets(prepared: loop.Prepared) -> None:
    subject = prepared.learned
    filled = packing.bins(subject.lengths, subject.packed, 17)
    batch = subject.batch(np.concatenate(filled[:3]))
    assert batch.input_ids.shape[0] <= 3
    assert batch.tokens == int(subject.lengths[np.concatenate(filled[:3])].sum())
    tokens = subject.tokens
    first = int(filled[0][0])
    length = int(subject.lengths[first])
    assert batch.input_ids[0, :length].tolist() == tokens.ids[tokens.offsets[first] :][:length].tolist()
    assert batch.attention_mask[0, :length].tolist() == [1] * length
    assert int(batch.attention_mask.max()) > 1
    assert (batch.targets[batch.attention_mask == 0] == IGNORED).all()


def test_packed_texts_lose_what_they_lose_apart(prepared: loop.Prepared, tiny_writing: TrainingParams) -> None:
    seed.fix(17, 1)
    network = assembling.build(generate, prepared.base, [], tiny_writing, CPU).eval()
    positions = np.arange(12)
    packed = prepared.learned.batch(positions)
    apart = Subject(prepared.learned.tokens, prepared.learned.rows, prepared.learned.pad_id).batch(positions)
    assert packed.input_ids.shape[0] < apart.input_ids.shape[0]
    with torch.inference_mode():
        losses = [float(generate.loss(generate.answer(network, each), each.targets)) for each in (packed, apart)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert generate.weight(packed.targets) == generate.weight(apart.targets)


def test_a_fitting_steps_through_rows_of_texts(prepared: loop.Prepared, tiny_writing: TrainingParams) -> None:
    seed.fix(17, 1)
    training = tiny_writing.model_copy(update={"packing": True, "batch_size": 2})
    network = assembling.build(generate, prepared.base, [], training, CPU)
    fit = Fitting(network, generate, prepared.learned, training)
    taken = [next(steps) for steps in [fit.steps()] for _ in range(fit.each)]
    assert sum(step.rows for step in taken) == len(prepared.learned)
    assert sum(step.tokens for step in taken) == int(prepared.learned.lengths.sum())
    assert fit.each < len(prepared.learned) / 2


def test_a_network_that_reads_across_texts_is_refused(prepared: loop.Prepared) -> None:
    network = prepared.base.network(0.0)

    class Careless:
        """Forgets where a text begins."""

        def __getattr__(self, name: str) -> Any:
            return getattr(generate, name)

        @staticmethod
        def answer(network: Any, batch: Batch) -> Any:
            return generate.answer(network, batch._replace(attention_mask=(batch.attention_mask > 0).long()))

    packing.check(network, generate, 300, CPU)
    with pytest.raises(ModelError, match="texts that share a row read each other"):
        packing.check(network, Careless(), 300, CPU)
