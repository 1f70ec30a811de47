"""The winner, trained from as many seeds as asked for: the median model ships, so that luck is not released."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from statistics import mean, stdev

from daybreak import digests, recipes
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef, SeedScore
from daybreak.training import devices, loop, surroundings
from daybreak.training.bases import base
from daybreak.training.course import Watch
from daybreak.training.params import TrainingParams
from daybreak.training.watching.history import Report

DONE = "winner.json"
SCORE = "validation_"


def train(
    dataset: DatasetRef,
    model: ModelParams,
    training: TrainingParams,
    folder: Path,
    *,
    cache: Path,
    report: Report | None = None,
    watch: Watch | None = None,
) -> ModelRef:
    """`loop.train` from `training.seeds` seeds, `training.seed` and those behind it; the median model to `folder`.

    With an even number the lower of the two in the middle is the median. `seeds` of the result holds every score by
    `training.metric` or the recipe's first, `metrics` also their mean and standard deviation. Trainings that are done
    wait below `cache` for the others, so a winner that was killed between two seeds goes on with the next one.
    """
    if training.seeds == 1:
        return loop.train(dataset, model, training, folder, cache=cache, report=report, watch=watch)
    place = cache / "winners" / _key(dataset, model, training)
    made = []
    for number in range(training.seeds):
        one = training.model_copy(update={"seed": training.seed + number, "seeds": 1})
        told, watched = _tell(report, number, training.seeds), _watch(watch, one.seed) if number else watch
        made.append(_once(dataset, model, one, place / f"seed-{one.seed}", cache=cache, report=told, watch=watched))
    median, scores = choose(made, model, training)
    shutil.copytree(median.path, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(DONE))
    shutil.rmtree(place, ignore_errors=True)
    return median.model_copy(update={"path": folder, "seeds": scores, "metrics": _with_spread(median, scores)})


def choose(
    made: list[ModelRef], model: ModelParams, training: TrainingParams
) -> tuple[ModelRef, tuple[SeedScore, ...]]:
    """The median model, and the score of each in the order they were trained in."""
    known = recipes.find(model.recipe).METRICS
    metric = training.metric or next(iter(known))
    sign = -1.0 if known.get(metric, "min") == "min" else 1.0
    scores = tuple(SeedScore(seed=one.seed, score=one.metrics[SCORE + metric], sha256=one.sha256) for one in made)
    ranked = sorted(zip(made, scores, strict=True), key=lambda pair: (sign * pair[1].score, pair[1].seed))
    return ranked[(len(ranked) - 1) // 2][0], scores


def _once(
    dataset: DatasetRef,
    model: ModelParams,
    training: TrainingParams,
    folder: Path,
    *,
    cache: Path,
    report: Report | None,
    watch: Watch | None,
) -> ModelRef:
    """One training, taken from its folder where it was finished before."""
    try:
        return ModelRef.model_validate_json((folder / DONE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = loop.train(dataset, model, training, folder, cache=cache, report=report, watch=watch)
    aside = folder / f"{DONE}.partial"
    aside.write_text(made.model_dump_json(), encoding="utf-8")
    aside.rename(folder / DONE)
    return made


def _key(dataset: DatasetRef, model: ModelParams, training: TrainingParams) -> str:
    hangs_on = {
        "data": dataset.digest,
        "model": model.model_dump(),
        "base": base.resolve(model).model_dump(),
        "training": training.model_dump(exclude={"checkpoints", "seeds"}),
        "code": digests.of_code("recipes", "training"),
        "surroundings": surroundings.describe(training, devices.choose(training)),
    }
    return digests.of_value(hangs_on)[:20]


def _with_spread(median: ModelRef, scores: tuple[SeedScore, ...]) -> dict[str, float]:
    values = [one.score for one in scores]
    return {**median.metrics, "seeds_mean": mean(values), "seeds_deviation": stdev(values)}


def _tell(report: Report | None, number: int, of: int) -> Report | None:
    if report is None:
        return None

    def told(share: float, words: str) -> None:
        report((number + share) / of, f"seed {number + 1} of {of}: {words}")

    return told


def _watch(watch: Watch | None, seed: int) -> Watch | None:
    """Curves of further seeds under names of their own."""
    if watch is None:
        return None

    def watched(point: Mapping[str, float], step: int) -> None:
        watch({f"seed_{seed}.{name}": value for name, value in point.items()}, step)

    return watched
