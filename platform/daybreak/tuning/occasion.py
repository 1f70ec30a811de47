"""Whether a night searches, or trains with what an earlier sweep found: `tuning.when`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from daybreak import digests
from daybreak.errors import ParamsError
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, SweepOrigin, SweepRef
from daybreak.steps import Step, Store
from daybreak.training.params import TrainingParams
from daybreak.tuning import profile, space
from daybreak.tuning.params import TuningParams

PROFILE = "profile.json"
# A sweep of last Sunday's night is a week old on this Sunday, also if that night began late.
WEEK = timedelta(days=6, hours=12)
# What a winner was found for: another one of these, and it must be looked for again.
SETTINGS = ("params model", "params training", "params tuning")


class Winner(NamedTuple):
    """What an earlier sweep found, where its profile of the data lies, and the settings it was found for."""

    swept: SweepRef
    origin: SweepOrigin
    folder: Path
    settings: dict[str, str]


def decide(
    store: Store,
    full: Step[SweepRef],
    *,
    model: ModelParams,
    training: TrainingParams,
    tuning: TuningParams,
    dataset: DatasetRef,
    now: datetime,
) -> Step[SweepRef]:
    """The sweep of this night, `full`, or a step that takes over the winner of an earlier one.

    A sweep that was done already is never replaced, so a night asked twice decides alike.
    """
    if tuning.when == "always" or not tuning.searches or store.find(full):
        return full
    if tuning.when == "never":
        usable = (each for each in winners(store) if _fits(each, model, training))
        return _taking_over(full, next(usable, None), "tuning.when is never")
    last = next((each for each in winners(store) if _same_settings(each, full)), None)
    if last is None or (tuning.when == "weekly" and now - last.origin.at >= WEEK):
        return full
    if tuning.when == "on_drift" and not _is_alike(last, dataset, tuning.max_drift):
        return full
    return _taking_over(full, last, f"tuning.when is {tuning.when}")


def remember(dataset: DatasetRef, folder: Path) -> None:
    """Leave in a sweep's folder what its data were like."""
    profile.write(profile.of(dataset), folder / PROFILE)


def winners(store: Store) -> Iterator[Winner]:
    """What finished steps of the store found, the latest sweep first."""
    found = []
    for folder, manifest in store.folders():
        if folder.parent.name == "sweep" and manifest and manifest["result"].get("best"):
            swept = SweepRef.model_validate(manifest["result"])
            at, known = datetime.fromtimestamp(manifest["at"], UTC), profile.read(folder / PROFILE)
            origin = swept.origin or SweepOrigin(at=at, data_version=known.data_version if known else 0, reason="")
            settings = {name: manifest["inputs"].get(name, "") for name in SETTINGS}
            found.append(Winner(swept, origin, folder, settings))
    yield from sorted(found, key=lambda each: each.origin.at, reverse=True)


def _fits(winner: Winner, model: ModelParams, training: TrainingParams) -> bool:
    try:
        space.apply(training, winner.swept.best)
        space.apply_model(model, winner.swept.best)
    except (ParamsError, KeyError):
        return False
    return True


def _same_settings(winner: Winner, full: Step[SweepRef]) -> bool:
    return all(winner.settings[name] == full.inputs[name] for name in SETTINGS)


def _is_alike(winner: Winner, dataset: DatasetRef, most: float) -> bool:
    then = profile.read(winner.folder / PROFILE)
    return then is not None and profile.distance(then, profile.of(dataset)) <= most


def _taking_over(full: Step[SweepRef], winner: Winner | None, reason: str) -> Step[SweepRef]:
    """A step that is done at once; without a winner, the params are trained as they are."""
    kept = {name: full.inputs[name] for name in SETTINGS}
    if winner is None:
        nothing = SweepRef(metric="", trials=(), best={}, best_score=None)
        return Step("sweep", {**kept, "winner": "none"}, SweepRef, lambda folder: nothing)
    origin = winner.origin.model_copy(update={"reason": reason})
    swept = winner.swept.model_copy(
        update={"trials": (), "origin": origin, "stopped": "", "gpu_hours": 0.0, "cpu_hours": 0.0, "cost": 0.0}
    )

    def work(folder: Path) -> SweepRef:
        if (known := profile.read(winner.folder / PROFILE)) is not None:
            profile.write(known, folder / PROFILE)
        return swept

    named = {"winner": digests.of_value(swept.best), "found": origin.at.isoformat()}
    return Step("sweep", {**kept, **named}, SweepRef, work)
