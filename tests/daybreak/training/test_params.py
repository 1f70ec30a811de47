"""The `training` section refuses what no training can do."""

import pytest
from pydantic import ValidationError

from daybreak.training.params import TrainingParams


@pytest.mark.parametrize(
    "values",
    [
        {"learning_rate": 0},
        {"learning_rate": -1e-3},
        {"epochs": 0},
        {"batch_size": 0},
        {"max_length": 7},
        {"dropout": 1},
        {"label_smoothing": -0.1},
        {"weight_decay": -1},
        {"warmup": 1},
        {"clip_norm": 0},
        {"threads": 0},
        {"seed": -1},
        {"learning_rat": 1e-3},
    ],
)
def test_impossible_values_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        TrainingParams.model_validate(values)


def test_epochs_may_be_fractional() -> None:
    assert TrainingParams(epochs=0.5).epochs == 0.5
