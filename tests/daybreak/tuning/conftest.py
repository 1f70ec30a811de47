"""A request for a small sweep."""

from collections.abc import Callable
from pathlib import Path

import pytest

from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.training.params import TrainingParams
from daybreak.tuning.params import TuningParams
from daybreak.tuning.request import Request

MakeRequest = Callable[..., Request]


@pytest.fixture
def make_request(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, tiny_training: TrainingParams, tmp_path: Path
) -> MakeRequest:
    def make(tuning: TuningParams | None = None) -> Request:
        return Request(
            dataset=tiny_dataset,
            model=tiny_model,
            training=tiny_training,
            tuning=tuning or TuningParams(fraction=0.5, epochs=1, grace=0.5),
            metric="accuracy",
            folder=tmp_path,
            cache=tmp_path / "cache",
            journal=tmp_path / "trials.jsonl",
            scratch=tmp_path,
            cpus=1,
        )

    return make
