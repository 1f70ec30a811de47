"""From rows to a trained model: the data version, the base it begins from, the search, the winner's training."""

import time
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

from daybreak import digests, progress
from daybreak.night import founding
from daybreak.night.demands import check
from daybreak.night.hanging import base_of, inputs_of
from daybreak.night.opening import Night
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, Measurements, ModelRef, SweepRef
from daybreak.steps import Done, Step
from daybreak.tracking import live
from daybreak.training.bases import base as bases


def followed(night: Night) -> AbstractContextManager[live.Watch]:
    """Show the curves of this night's training, while it runs, in MLflow and wherever else its params say."""
    return live.followed(
        night.settings.mlflow,
        night.settings.mlflow_artifacts,
        night.project,
        night.run_id,
        report_to=night.params.tracking.report_to,
        folder=night.folder,
    )


def shown(night: Night) -> AbstractContextManager[live.Show | None]:
    """Show each trial of this night's sweep, if it has any, in MLflow as soon as it is over."""
    from daybreak.tuning import search

    params = night.params
    if not params.tuning.searches:
        return nullcontext()
    metric = search.check(params.model, params.training, params.tuning).metric
    settings = night.settings
    return live.showing_trials(settings.mlflow, settings.mlflow_artifacts, night.project, night.run_id, metric)


def prepare(night: Night) -> Done[DatasetRef]:
    """Bring the data version up to date. Not a step of the store: dvc itself knows which stages must run again."""
    from daybreak.data.versioning import versions

    check(night)
    if current := versions.status(night.project):
        return Done(current, at=0.0, seconds=0.0)
    began = time.monotonic()
    dataset = versions.prepare(night.project, partial(progress.report, "prepare"), night.settings.lock_wait_seconds)
    return Done(dataset, time.time(), round(time.monotonic() - began, 3))


def start(night: Night, dataset: DatasetRef) -> ModelParams:
    """What this night trains, its base at hand: fetched from its hub, the champion's own model, or one laid out anew.

    ModelError for a base that cannot be had.
    """
    model = night.params.model
    if founding.lays(night):
        laid = night.store.run(founding.lay(night, dataset)).value
        return model.model_copy(update={"base": laid.source, "config": {}})
    if model.base != bases.CHAMPION:
        bases.locate(model, night.settings.modelscope_endpoint)
        return model
    from daybreak.ledger import Ledger
    from daybreak.training.bases import warm

    settings = night.settings
    settings.home.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(settings.ledger, settings.lock_wait_seconds, settings.home)
    champion = ledger.champion(night.project.name)
    ledger.close()
    return warm.begin(model, champion, settings.runs(night.project), dataset)


def sweep(night: Night, dataset: DatasetRef) -> Step[SweepRef]:
    """Search the space of `tuning` for what the winner is trained with, or take over what an earlier night found."""
    from daybreak.tuning import occasion, search, space

    model, training, tuning = start(night, dataset), night.params.training, night.params.tuning

    def work(folder: Path) -> SweepRef:
        report, address = partial(progress.report, "sweep"), night.settings.ray_address
        occasion.remember(dataset, folder)
        with shown(night) as over:
            return search.sweep(
                dataset, model, training, tuning, folder, cache=night.cache, address=address, report=report, over=over
            )

    bases = digests.of_value([base_of(each) for each in space.models(model, tuning)])
    # The section as it was written: of two champions that one name stood for, `base` tells.
    named = {**search.hangs_on(night.params.model, training, tuning), "data": dataset.digest, "base": bases}
    full = Step("sweep", inputs_of(night, rooms=("recipes", "training", "tuning"), **named), SweepRef, work)
    return occasion.decide(
        night.store, full, model=model, training=training, tuning=tuning, dataset=dataset, now=night.started_at
    )


def train(night: Night, dataset: DatasetRef, swept: SweepRef) -> Step[ModelRef]:
    """Train the winner from fixed seeds on all training rows."""
    from daybreak.tuning import space

    model = space.apply_model(start(night, dataset), swept.best)

    def work(folder: Path) -> ModelRef:
        from daybreak.training import winner

        training = space.apply(night.params.training, swept.best)
        report = partial(progress.report, "train")
        with followed(night) as watch:
            return winner.train(dataset, model, training, folder, cache=night.cache, report=report, watch=watch)

    best = digests.of_value(swept.best)
    sections, rooms = ("model", "training"), ("recipes", "training")
    inputs = inputs_of(night, sections=sections, rooms=rooms, data=dataset.digest, base=base_of(model), winner=best)
    return Step("train", inputs, ModelRef, work)


def compare(night: Night, dataset: DatasetRef, swept: SweepRef, model: ModelRef) -> Step[Measurements]:
    """Hold a language model against its untuned base, on rows that neither was trained on.

    Where `gates.privacy` asks for canaries, they are planted in a further training here, of which only ranks are kept.
    """
    from daybreak.tuning import space

    wanted, canaries = space.apply_model(start(night, dataset), swept.best), _canaries(night)

    def work(folder: Path) -> Measurements:
        from daybreak.training import comparing

        training, report = space.apply(night.params.training, swept.best), partial(progress.report, "compare")
        return comparing.compare(
            model, dataset, wanted, training, folder, cache=night.cache, report=report, canaries=canaries
        )

    sections, rooms = ("model", "training"), ("recipes", "training")
    planted = {"canaries": str(canaries)} if canaries else {}
    inputs = inputs_of(
        night, sections=sections, rooms=rooms, data=dataset.digest, base=base_of(wanted), model=model.sha256, **planted
    )
    return Step("compare", inputs, Measurements, work)


def _canaries(night: Night) -> int:
    """How many are planted: none where the gate is off."""
    asked = night.params.gates.privacy
    return 0 if asked.mode == "off" else int(asked.min_canaries)
