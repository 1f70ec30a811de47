"""Whether the exported language model expects the same tokens as the torch model, with its cache and without."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from daybreak import recipes
from daybreak.errors import ModelError
from daybreak.evaluation.subject import THREADS, Subject
from daybreak.evaluation.writing import asking, shapes
from daybreak.evaluation.writing.shapes import torch_logits
from daybreak.recipes.base import IGNORED

if TYPE_CHECKING:
    from daybreak.inference.generator import Generator

TOKENS = 3000
"""Of the first test rows, about so many learned ones; bounds on a flip rate below 1 % need some hundreds."""

TOGETHER = 8
ALONE, STEPS = 8, 16


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """The shipped artifact and its twin against torch, on learned tokens: where the likeliest token is another one.

    `alone` has rows read one by one against the same in a batch, padded on the left; `cache` what is written token by
    token with a cache against the whole text read again; `shapes` the largest difference for every shape of batch.
    """
    from daybreak.inference.generator import Generator

    network = _network(subject)
    generators: dict[str, Generator] = {subject.artifact.kind: subject.generator}
    if subject.twin:
        generators[subject.twin.kind] = Generator.of(subject.twin, threads=THREADS)
    rows = _rows(subject)
    compared = {kind: _Compared() for kind in generators}
    batches = [rows[start : start + TOGETHER] for start in range(0, len(rows), TOGETHER)]
    for part in batches:
        batch = subject.generator.pad([ids for ids, _ in part])
        expected = torch_logits(network, batch)
        for kind, generator in generators.items():
            compared[kind].add(generator.logits(batch), expected, part)
    few = [ids for ids, _ in rows[:ALONE]]
    return {
        "unit": "tokens",
        "rows": compared[subject.artifact.kind].rows,
        "shipped": subject.artifact.kind,
        **{kind: found.summary() for kind, found in compared.items()},
        "alone": _alone(subject.generator, few),
        "cache": {kind: with_and_without_cache(generator, few) for kind, generator in generators.items()},
        "shapes": shapes.differences(network, generators, [token for ids, _ in rows for token in ids]),
        "flipped": compared[subject.artifact.kind].flipped(subject.generator),
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    shipped = result[result["shipped"]]
    return {"flip_rate": shipped["flip_rate"], "max_logit_difference": shipped["max_logit_difference"]}


def _network(subject: Subject) -> torch.nn.Module:
    if subject.model is None:
        raise ModelError("no torch model to compare with", "the model the artifact was exported from", "Train again")
    return recipes.find(subject.model.recipe).load_model(subject.model)


def _rows(subject: Subject) -> list[tuple[list[int], list[int]]]:
    found, tokens = [], 0
    for each in asking.examples(subject, subject.test):
        if tokens >= TOKENS:
            break
        found.append((list(each.ids), list(each.targets)))
        tokens += sum(target != IGNORED for target in each.targets)
    return found


class _Compared:
    """What is found over batches: flips of the likeliest token, and differences of logits, both on learned places."""

    def __init__(self) -> None:
        self.rows, self.largest, self.sum = 0, 0.0, 0.0
        self.right, self.torch_right = 0, 0
        self.flips: list[dict[str, Any]] = []

    def add(self, found: Any, expected: Any, part: list[tuple[list[int], list[int]]]) -> None:
        for logits, others, (ids, targets) in zip(found, expected, part, strict=True):
            wanted = np.array(targets)
            here = np.flatnonzero(wanted != IGNORED) + (len(logits) - len(ids))
            ours, theirs, wanted = logits[here], others[here], wanted[wanted != IGNORED]
            if not len(wanted):
                continue
            gap = np.abs(ours - theirs)
            self.rows += len(wanted)
            self.largest = float(np.maximum(self.largest, gap.max()))  # a NaN stays
            self.sum += float(gap.mean()) * len(wanted)
            self.right += int((ours.argmax(1) == wanted).sum())
            self.torch_right += int((theirs.argmax(1) == wanted).sum())
            for place in np.flatnonzero(ours.argmax(1) != theirs.argmax(1)):
                before = ids[: here[place] - (found.shape[1] - len(ids)) + 1]
                self.flips.append(_flip(before, theirs[place], ours[place]))

    def summary(self) -> dict[str, Any]:
        rows = max(1, self.rows)
        return {
            "flips": len(self.flips),
            "flip_rate": len(self.flips) / rows,
            "max_logit_difference": self.largest,
            "mean_logit_difference": self.sum / rows,
            "accuracy": self.right / rows,
            "accuracy_difference": (self.right - self.torch_right) / rows,
        }

    def flipped(self, generator: "Generator") -> list[dict[str, Any]]:
        """The surest ones, each with the text before it and both tokens."""
        ordered = sorted(self.flips, key=lambda flip: -float(flip["torch_margin"]))[:50]
        told = generator.tokenizer.decode
        return [
            {
                **flip,
                "text": told(flip["text"])[-200:],
                "torch": told([flip["torch"]]),
                "artifact": told([flip["artifact"]]),
            }
            for flip in ordered
        ]


def _flip(before: list[int], theirs: Any, ours: Any) -> dict[str, Any]:
    return {
        "text": before,
        "torch": int(theirs.argmax()),
        "torch_margin": _margin(theirs),
        "artifact": int(ours.argmax()),
        "artifact_margin": _margin(ours),
    }


def _margin(logits: Any) -> float:
    second, first = np.sort(logits)[-2:]
    return float(first - second)


def _alone(generator: "Generator", rows: list[list[int]]) -> dict[str, Any]:
    together = generator.logits(generator.pad(rows))
    flips, largest = 0, 0.0
    for one, ids in zip(together, rows, strict=True):
        alone = generator.logits(generator.pad([ids]))[0]
        flips += int((alone.argmax(1) != one[-len(ids) :].argmax(1)).sum())
        largest = float(np.maximum(largest, np.abs(alone - one[-len(ids) :]).max()))
    return {"rows": sum(map(len, rows)), "flips": flips, "max_logit_difference": largest}


def with_and_without_cache(generator: "Generator", rows: list[list[int]]) -> dict[str, Any]:
    """What is said with a cache and without, and the largest difference of logits over the first tokens."""
    begun = [ids[: max(1, len(ids) // 2)] for ids in rows]
    steps = [generator.steps(begun, STEPS, cached=cached) for cached in (True, False)]
    flips, largest, count = 0, 0.0, 0
    for with_cache, without in zip(*steps, strict=True):
        count += len(begun)
        flips += int((with_cache.argmax(1) != without.argmax(1)).sum())
        largest = float(np.maximum(largest, np.abs(with_cache - without).max()))
    return {"rows": count, "flips": flips, "max_logit_difference": largest}
