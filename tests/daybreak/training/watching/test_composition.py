"""What was learned from is told by window of steps, and adds up to what was learned from."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from daybreak import recipes
from daybreak.records import DatasetRef
from daybreak.training import fitting
from daybreak.training.feeding.tokens import Tokens
from daybreak.training.params import TrainingParams
from daybreak.training.watching import composition

LABELS = ("negative", "positive")
ROWS = 100


def tokens(targets: list[list[int]]) -> Tokens:
    lengths = np.arange(1, len(targets) + 1)
    flat = [value for each in targets for value in each]
    return Tokens(
        ids=np.ones(int(lengths.sum()), np.int32),
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        targets=np.array(flat, np.int32),
        target_offsets=np.concatenate([[0], np.cumsum([len(each) for each in targets])]),
        rows=np.array([f"row-{place}" for place in range(len(targets))]),
        cut=np.zeros(len(targets), np.int32),
    )


def fit(made: Tokens, steps: int, epochs: float = 4) -> fitting.Fitting:
    import torch

    subject = fitting.Subject(made, np.arange(len(made)), 0)
    training = TrainingParams(batch_size=10, epochs=epochs)
    found = fitting.Fitting(torch.nn.Linear(2, 2), recipes.find("classify"), subject, training, labels=LABELS)
    found.number = steps
    return found


@pytest.fixture
def split(make_dataset: Callable[..., DatasetRef], tmp_path: Path) -> Path:
    columns = {
        "id": [f"row-{place}" for place in range(ROWS)],
        "source": [None if place == 0 else f"source-{place % 3}" for place in range(ROWS)],
    }
    return make_dataset(tmp_path / "data", train=columns).split("train")


@pytest.fixture
def plain(make_dataset: Callable[..., DatasetRef], tmp_path: Path) -> Path:
    return make_dataset(tmp_path / "plain", train={"id": [f"row-{place}" for place in range(ROWS)]}).split("train")


def test_windows_add_up_to_the_epochs(split: Path) -> None:
    found = composition.of(fit(tokens([[place % 2] for place in range(ROWS)]), 40), LABELS, split)
    assert [point["step"] for point in found] == list(range(2, 41, 2))
    total = Counter[str]()
    for point in found:
        total.update(point["labels"])
        assert sum(point["labels"].values()) == sum(point["sources"].values()) == point["rows"] == 20
    assert total == {"negative": 200, "positive": 200}
    sources = Counter[str]()
    for point in found:
        sources.update(point["sources"])
    assert sources == {"None": 4, "source-0": 132, "source-1": 132, "source-2": 132}


def test_only_steps_that_were_taken_count(split: Path) -> None:
    found = composition.of(fit(tokens([[0]] * ROWS), 5), LABELS, split)
    assert [point["step"] for point in found] == [1, 2, 3, 4, 5]
    assert composition.of(fit(tokens([[0]] * ROWS), 0), LABELS, split) == []


def test_lengths_are_those_of_the_rows(plain: Path) -> None:
    (first, *_) = composition.of(fit(tokens([[0]] * ROWS), 10, epochs=1), LABELS, plain)
    assert 1 <= first["length_mean"] <= first["length_p95"] <= 100
    assert "sources" not in first


def test_several_labels_a_row_count_each(plain: Path) -> None:
    found = composition.of(fit(tokens([[1, 1]] * ROWS), 10, epochs=1), LABELS, plain)
    assert all(point["labels"] == {"negative": 10, "positive": 10} for point in found)


def test_targets_that_are_no_labels_are_left_out(plain: Path) -> None:
    ragged = tokens([[7] * (1 + place % 3) for place in range(ROWS)])
    assert "labels" not in composition.of(fit(ragged, 10), LABELS, plain)[0]
    assert "labels" not in composition.of(fit(tokens([[0]] * ROWS), 10), (), plain)[0]


def test_of_many_sources_the_rarest_stand_together(make_dataset: Callable[..., DatasetRef], tmp_path: Path) -> None:
    columns = {"id": [str(place) for place in range(ROWS)], "source": [f"s{place % 40}" for place in range(ROWS)]}
    split = make_dataset(tmp_path / "many", train=columns).split("train")
    found = composition.of(fit(tokens([[0]] * ROWS), 10, epochs=1), LABELS, split)
    names = {name for point in found for name in point["sources"]}
    assert len(names) == composition.MOST_SOURCES
    assert composition.OTHERS in names
