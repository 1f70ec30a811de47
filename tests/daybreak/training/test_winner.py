"""Several seeds: the median model ships, every score is told, and nothing is trained twice."""

from pathlib import Path

import pytest

from daybreak.recipes.encoders import folder as folders
from daybreak.recipes.params import ModelParams
from daybreak.records import BaseRef, DatasetRef, ModelRef
from daybreak.training import loop, surroundings, winner
from daybreak.training.params import TrainingParams

NO_BASE = BaseRef(source="scratch", revision="", weights_sha256="", tokenizer_sha256="")


def _made(seed: int, **metrics: float) -> ModelRef:
    measured = {f"validation_{name}": value for name, value in metrics.items()}
    return ModelRef(
        path=Path(str(seed)), recipe="classify", labels=(), sha256=str(seed), base=NO_BASE, seed=seed, metrics=measured
    )


@pytest.mark.parametrize(
    ("scores", "metric", "expected"),
    [
        ((0.7, 0.9, 0.8), "", 19),
        ((0.9, 0.8), "accuracy", 18),
        ((0.9, 0.7, 0.8, 0.6), "accuracy", 18),
        ((0.5, 0.4, 0.6), "loss", 17),
        ((0.5, 0.4), "loss", 17),
        ((0.8, 0.8, 0.8), "accuracy", 18),
    ],
)
def test_the_median_is_chosen_and_of_two_the_worse(scores: tuple[float, ...], metric: str, expected: int) -> None:
    made = [_made(17 + place, accuracy=score, loss=score) for place, score in enumerate(scores)]
    chosen, told = winner.choose(made, ModelParams(), TrainingParams(metric=metric))
    assert chosen.seed == expected
    assert [(one.seed, one.score) for one in told] == [(17 + place, score) for place, score in enumerate(scores)]


@pytest.fixture(scope="module")
def short(tiny_training: TrainingParams) -> TrainingParams:
    return tiny_training.model_copy(update={"epochs": 0.5, "seeds": 3})


@pytest.fixture(scope="module")
def won(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, short: TrainingParams, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ModelRef, list[tuple[float, str]], list[set[str]]]:
    """The winner of three seeds, what it reported, and the names of the curves it gave."""
    root, said, curves = tmp_path_factory.mktemp("won"), [], []
    (root / "folder").mkdir()
    made = winner.train(
        tiny_dataset,
        tiny_model,
        short,
        root / "folder",
        cache=root / "cache",
        report=lambda share, words: said.append((share, words)),
        watch=lambda point, step: curves.append(set(point)),
    )
    return made, said, curves


def test_three_seeds_yield_one_whole_model(won: tuple[ModelRef, list[tuple[float, str]], list[set[str]]]) -> None:
    made = won[0]
    assert folders.verify(made.path) == made.sha256
    assert made.sha256 in {one.sha256 for one in made.seeds}
    assert [one.seed for one in made.seeds] == [17, 18, 19]
    assert len({one.sha256 for one in made.seeds}) == 3
    middle = sorted(one.score for one in made.seeds)[1]
    assert made.metrics["validation_accuracy"] == middle
    assert made.metrics["seeds_mean"] == pytest.approx(sum(one.score for one in made.seeds) / 3)
    assert made.metrics["seeds_deviation"] >= 0
    assert (made.path / loop.HISTORY).is_file()
    assert not (made.path / winner.DONE).exists()
    assert not list(made.path.parent.glob("cache/winners/*"))


def test_each_seed_reports_its_share_and_has_curves_of_its_own(
    won: tuple[ModelRef, list[tuple[float, str]], list[set[str]]],
) -> None:
    _, said, curves = won
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert said[0][1].startswith("seed 1 of 3: step 1 of ")
    names = set().union(*curves)
    assert {"loss", "seed_18.loss", "seed_19.loss"} <= names


def test_the_median_is_the_very_model_its_seed_gives(
    won: tuple[ModelRef, list[tuple[float, str]], list[set[str]]],
    tiny_dataset: DatasetRef,
    tiny_model: ModelParams,
    short: TrainingParams,
    tmp_path: Path,
) -> None:
    """With one seed it is a training like any other."""
    made = won[0]
    alone = short.model_copy(update={"seed": made.seed, "seeds": 1})
    (tmp_path / "folder").mkdir()
    again = winner.train(tiny_dataset, tiny_model, alone, tmp_path / "folder", cache=tmp_path / "cache")
    assert again.sha256 == made.sha256
    assert again.seeds == ()
    assert "seeds_mean" not in again.metrics


def test_a_winner_that_broke_off_trains_only_what_is_missing(
    tiny_dataset: DatasetRef,
    tiny_model: ModelParams,
    short: TrainingParams,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trained: list[int] = []
    real = loop.train

    def interrupted(dataset: DatasetRef, model: ModelParams, training: TrainingParams, *rest: Path, **more: Path):  # type: ignore[no-untyped-def]
        if training.seed == 18 and trained == [17]:
            (rest[0] / "model.safetensors").write_bytes(b"half")
            raise KeyboardInterrupt
        trained.append(training.seed)
        return real(dataset, model, training, *rest, **more)

    monkeypatch.setattr(loop, "train", interrupted)
    (tmp_path / "folder").mkdir()
    two = short.model_copy(update={"seeds": 2})
    with pytest.raises(KeyboardInterrupt):
        winner.train(tiny_dataset, tiny_model, two, tmp_path / "folder", cache=tmp_path / "cache")
    trained.append(0)
    made = winner.train(tiny_dataset, tiny_model, two, tmp_path / "folder", cache=tmp_path / "cache")
    assert trained == [17, 0, 18]
    assert folders.verify(made.path) == made.sha256


def test_seeds_trained_with_other_libraries_or_on_another_class_of_machine_are_not_taken_up(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, short: TrainingParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = winner._key(tiny_dataset, tiny_model, short)
    assert winner._key(tiny_dataset, tiny_model, short) == here
    known = surroundings.versions()
    with monkeypatch.context() as patch:
        patch.setattr(surroundings, "versions", lambda: {**known, "transformers": "9.9"})
        assert winner._key(tiny_dataset, tiny_model, short) != here
    monkeypatch.setattr(surroundings, "processor", lambda: "AnotherVendor avx512f")
    assert winner._key(tiny_dataset, tiny_model, short) != here
