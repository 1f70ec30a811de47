"""A third recipe is one file: nothing else knows of it, and the training room, seeds and sweeps take it as it is."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from daybreak import recipes
from daybreak.recipes.base import Recipe, Rows
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.testing.recipe_contract import TEXTS, RecipeContract
from daybreak.training import loop, winner
from daybreak.training.params import TrainingParams

PLUGINS = Path(__file__).with_name("plugins")
MODEL = ModelParams(
    recipe="stars",
    base="scratch",
    config={"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64},
)
TRAINING = TrainingParams(learning_rate=5e-3, epochs=6, batch_size=8, max_length=32, dropout=0.0, patience=2)
WORDS = {"1": "太差了", "3": "一般", "5": "excellent"}


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(recipes, "__path__", [*recipes.__path__, str(PLUGINS)])
    yield


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> DatasetRef:
    """Texts with a number of stars."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from daybreak import digests

    folder, chance = tmp_path_factory.mktemp("rated"), random.Random(3)
    (folder / "split").mkdir()
    for name, count in (("train", 96), ("validation", 24), ("test", 24)):
        labels = [chance.choice(list(WORDS)) for _ in range(count)]
        texts = [f"{chance.choice('房间早餐服务')}{WORDS[label]}{chance.randrange(99)}" for label in labels]
        columns = {"id": [f"{name}-{place}" for place in range(count)], "text": texts, "label": labels}
        pq.write_table(pa.table(columns), folder / "split" / f"{name}.parquet")
    digest = digests.of_files((folder / "split").iterdir(), below=folder / "split")
    return DatasetRef(project="rated", version=1, digest=digest, path=folder, labels=tuple(WORDS), rows={"train": 96})


@pytest.mark.usefixtures("plugged")
class TestStars(RecipeContract):
    rows = Rows("abcde", TEXTS, ("1", "5", "3", "1", "3"), ("",) * 5)

    @pytest.fixture
    def recipe(self) -> Recipe:
        return recipes.find("stars")

    def test_importing_it_is_cheap(self, recipe: Recipe) -> None:
        """Its folder is on nobody's path but this test's."""


def test_nothing_in_the_house_names_it() -> None:
    root = Path(__file__).parents[2]
    places = [*(root / "platform").rglob("*.py"), *(root / "tasks").rglob("*.py"), *(root / "flows").rglob("*.py")]
    assert [path for path in places if "stars" in path.read_text(encoding="utf-8").split()] == []


@pytest.mark.usefixtures("plugged")
def test_it_is_trained_from_two_seeds_stopped_in_time_and_loaded(rated: DatasetRef, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    two = TRAINING.model_copy(update={"seeds": 2})
    made = winner.train(rated, MODEL, two, tmp_path / "made", cache=tmp_path / "cache")
    assert made.recipe == "stars"
    assert made.metrics["validation_absolute_error"] < 1.2  # the best constant is off by 1.3
    assert made.metrics["validation_absolute_error"] == max(one.score for one in made.seeds)
    assert recipes.find("stars").load_model(made) is not None


@pytest.mark.usefixtures("plugged")
def test_it_goes_on_where_it_was_stopped(rated: DatasetRef, tmp_path: Path) -> None:
    def stopped(share: float, note: str) -> None:
        if note.startswith("epoch 2"):
            raise KeyboardInterrupt

    for name in "ab":
        (tmp_path / name).mkdir()
    whole = loop.train(rated, MODEL, TRAINING, tmp_path / "a", cache=tmp_path / "cache-a")
    with pytest.raises(KeyboardInterrupt):
        loop.train(rated, MODEL, TRAINING, tmp_path / "b", cache=tmp_path / "cache-b", report=stopped)
    again = loop.train(rated, MODEL, TRAINING, tmp_path / "b", cache=tmp_path / "cache-b")
    assert again.sha256 == whole.sha256
