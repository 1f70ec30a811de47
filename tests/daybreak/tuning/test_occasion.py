"""In which nights there is a sweep, and what is trained in the others."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, SweepRef
from daybreak.steps import Step, Store
from daybreak.training.params import TrainingParams
from daybreak.tuning import occasion, search
from daybreak.tuning.params import Range, TuningParams

Make = Callable[..., DatasetRef]
SPACE = {"dropout": Range(draw="uniform", low=0.0, high=0.5)}
MODEL, TRAINING = ModelParams(), TrainingParams()


class House:
    """Nights of a project, whose sweeps find what they are told to."""

    def __init__(self, root: Path, make: Make) -> None:
        self.store, self._root, self._make = Store(root / "steps"), root, make
        self.now, self.searched = datetime.now(UTC), 0

    def data(self, version: int, labels: list[str]) -> DatasetRef:
        count = len(labels)
        rows = {"id": [str(each) for each in range(count)], "text": ["房间很好 good"] * count, "label": labels}
        made = self._make(self._root / f"data-{version}", train=rows)
        return made.model_copy(update={"version": version})

    def night(
        self, dataset: DatasetRef, dropout: float = 0.1, training: TrainingParams = TRAINING, **tuning: Any
    ) -> SweepRef:
        """What a night trains with; `dropout` is what a sweep would find if there is one."""
        asked = TuningParams(space=SPACE, **tuning)

        def work(folder: Path) -> SweepRef:
            occasion.remember(dataset, folder)
            self.searched += 1
            return SweepRef(metric="accuracy", trials=(), best={"dropout": dropout}, best_score=0.8)

        inputs = {**search.hangs_on(MODEL, training, asked), "data": dataset.digest}
        full = Step("sweep", inputs, SweepRef, work)
        step = occasion.decide(
            self.store, full, model=MODEL, training=training, tuning=asked, dataset=dataset, now=self.now
        )
        return self.store.run(step).value


@pytest.fixture
def house(tmp_path: Path, make_dataset: Make) -> House:
    return House(tmp_path, make_dataset)


EVEN, SKEWED = ["a", "b"] * 20, ["a"] * 35 + ["b"] * 5


def test_always_searches_on_new_data(house: House) -> None:
    for version in (1, 2):
        swept = house.night(house.data(version, EVEN + ["a"] * version), when="always")
        assert swept.origin is None
    assert house.searched == 2


def test_weekly_trains_with_the_last_winner_until_a_week_is_over(house: House) -> None:
    house.night(house.data(1, EVEN), dropout=0.1, when="weekly")
    for day in range(1, 7):
        house.now += timedelta(days=1)
        swept = house.night(house.data(1 + day, EVEN + ["a"] * day), dropout=0.2, when="weekly")
        assert swept.best == {"dropout": 0.1}
        assert swept.origin is not None
        assert (swept.origin.data_version, swept.origin.reason) == (1, "tuning.when is weekly")
    house.now += timedelta(hours=23)
    assert house.night(house.data(9, SKEWED), dropout=0.3, when="weekly").best == {"dropout": 0.3}
    assert house.searched == 2


def test_on_drift_searches_when_the_data_have_changed(house: House) -> None:
    house.night(house.data(1, EVEN), dropout=0.1, when="on_drift")
    alike = house.night(house.data(2, [*EVEN, "a"]), dropout=0.2, when="on_drift")
    assert (alike.best, alike.origin and alike.origin.reason) == ({"dropout": 0.1}, "tuning.when is on_drift")
    assert house.night(house.data(3, SKEWED), dropout=0.3, when="on_drift").best == {"dropout": 0.3}
    assert house.searched == 2


def test_small_steps_add_up_to_a_drift(house: House) -> None:
    house.night(house.data(1, ["a"] * 20 + ["b"] * 20), when="on_drift")
    house.night(house.data(2, ["a"] * 22 + ["b"] * 18), when="on_drift")
    assert house.searched == 1
    house.night(house.data(3, ["a"] * 25 + ["b"] * 15), when="on_drift")
    assert house.searched == 2, "compared with the data of the sweep, not with last night's"


def test_never_trains_with_a_winner_if_there_is_one(house: House) -> None:
    first = house.night(house.data(1, EVEN), when="never")
    assert (first.best, first.origin) == ({}, None)
    house.night(house.data(4, EVEN), dropout=0.4, when="always")
    later = house.night(house.data(2, SKEWED), when="never")
    assert later.best == {"dropout": 0.4}
    assert house.searched == 1


def test_other_settings_want_another_sweep_but_not_under_never(house: House) -> None:
    house.night(house.data(1, EVEN), dropout=0.1, when="weekly")
    changed = TRAINING.model_copy(update={"batch_size": 8})
    assert house.night(house.data(2, EVEN), training=changed, dropout=0.2, when="weekly").best == {"dropout": 0.2}
    again = house.night(house.data(3, EVEN), training=TRAINING.model_copy(update={"batch_size": 4}), when="never")
    assert again.best in ({"dropout": 0.1}, {"dropout": 0.2})
    assert house.searched == 2


def test_a_night_asked_twice_decides_alike(house: House) -> None:
    data = house.data(1, EVEN)
    first = house.night(data, dropout=0.1, when="weekly")
    house.now += timedelta(days=30)
    assert house.night(data, dropout=0.2, when="weekly") == first, "the same sweep is never done again"
    assert house.searched == 1


def test_changing_only_when_repeats_nothing(house: House) -> None:
    data = house.data(1, EVEN)
    for when in ("always", "weekly", "on_drift", "never"):
        house.night(data, when=when)
    assert house.searched == 1


def test_the_chain_outlives_the_sweep_s_own_folder(house: House) -> None:
    import shutil

    house.night(house.data(1, EVEN), dropout=0.1, when="on_drift")
    (swept,) = (house.store.root / "sweep").iterdir()
    house.night(house.data(2, [*EVEN, "a"]), when="on_drift")
    shutil.rmtree(swept)
    last = house.night(house.data(3, [*EVEN, "b"]), when="on_drift")
    assert last.best == {"dropout": 0.1}
    assert house.searched == 1
