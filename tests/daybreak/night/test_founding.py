"""Which projects found an encoder, and what its steps depend on."""

from pathlib import Path

import pytest
from making import make_founder, make_project, make_writer

from daybreak import night as steps
from daybreak.night import Night, open_night
from daybreak.records import DatasetRef


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return open_night(None, (), make_founder(tmp_path / "checkout").root)


def opened(night: Night, *overrides: str) -> Night:
    return open_night(None, overrides, night.project.root)


def test_only_a_base_for_others_is_founded(night: Night, tmp_path: Path) -> None:
    other = opened(night, "model.base=daybreak/zh-mini", "model.config={}")
    assert (steps.founds(night), steps.lays(night)) == (True, True)
    assert (steps.founds(other), steps.lays(other)) == (True, False), "it goes on from what is there"
    for make in (make_project, make_writer):
        project = make(tmp_path / make.__name__, 4)
        assert not steps.founds(open_night(None, (), project.root))


def test_what_is_laid_out_hangs_on_data_sizes_length_and_seed(night: Night, tiny_dataset: DatasetRef) -> None:
    key = steps.lay(night, tiny_dataset).key
    for override in ("model.config.hidden_size=64", "training.max_length=32", "training.seed=3"):
        assert steps.lay(opened(night, override), tiny_dataset).key != key
    assert steps.lay(opened(night, "training.epochs=2"), tiny_dataset).key == key
    other = tiny_dataset.model_copy(update={"digest": "0" * 64})
    assert steps.lay(night, other).key != key
