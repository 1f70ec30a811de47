"""One night as a chain of content-addressed steps: what each depends on, and the room that does its work."""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from daybreak import digests, locks, progress, projects
from daybreak.authority import Origin
from daybreak.errors import DataError, ParamsError
from daybreak.params import Params, load_params, parse_params
from daybreak.recipes.params import ModelParams
from daybreak.records import (
    Champion,
    DatasetRef,
    Evidence,
    ExportRef,
    Judgement,
    Measurements,
    ModelRef,
    Project,
    SweepRef,
)
from daybreak.settings import Settings, load_settings
from daybreak.steps import CACHE, Done, Step, Store
from daybreak.tracking import live, targets
from daybreak.training import machine
from daybreak.training.bases import base as bases

# Nights of the stack stand in line for as long as another one may take.
PATIENCE_SECONDS = 12 * 3600.0
# Rows the exporter traces with, and checks the exported answers on.
EXPORT_TEXTS = 64


@dataclass(frozen=True)
class Night:
    """Everything one invocation of the chain hangs on; opening it reads params.yaml and nothing else."""

    project: Project
    checkout: Path
    params: Params
    settings: Settings
    run_id: str
    started_at: datetime
    overrides: tuple[str, ...] = ()
    origin: Origin = "command"
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "store", Store(self.settings.steps(self.project)))

    @property
    def folder(self) -> Path:
        """Where this invocation's own files go: resolved params, dossier, record."""
        return self.settings.runs(self.project) / self.run_id

    @property
    def patience_seconds(self) -> float:
        """How long this night waits for another one's lock: somebody at a terminal wants an answer."""
        return self.settings.lock_wait_seconds if self.origin == "command" else PATIENCE_SECONDS

    @property
    def cache(self) -> Path:
        """Derived data that steps share, such as tokenised text."""
        return self.store.root / CACHE

    @property
    def lock_digest(self) -> str:
        """SHA-256 of the lock file the environment was installed from, "" where there is none."""
        lock = self.checkout / "requirements.lock"
        return digests.of_file(lock) if lock.is_file() else ""


def open_night(
    project: str | None,
    overrides: Sequence[str],
    start: Path,
    run_id: str | None = None,
    started_at: datetime | None = None,
    *,
    origin: Origin = "command",
) -> Night:
    """Find the project, read its params with `section.key=value` overrides and settle where state lives."""
    found = projects.find_project(project, start)
    checkout = projects.find_checkout(start)
    now = started_at or datetime.now(UTC)
    params, settings = load_params(found.params_file, overrides), load_settings(checkout)
    return Night(
        project=found,
        checkout=checkout,
        params=params.model_copy(update={"model": bases.on_hub(params.model, settings.model_hub)}),
        settings=settings,
        run_id=run_id or f"{now:%Y%m%d}-{secrets.token_hex(4)}",
        started_at=now,
        overrides=tuple(overrides),
        origin=origin,
    )


@contextmanager
def alone(night: Night) -> Iterator[locks.Held]:
    """Hold the project's lock: one night or preparation at a time, since all of them work in the same data folder.

    Raises Busy, naming the holder, after a bounded wait.
    """
    lock = night.settings.locks() / f"{night.project.name}.lock"
    waiting = partial(progress.report, "start", 0.0)
    with locks.hold(lock, night.patience_seconds, f"a night of project {night.project.name}", waiting) as held:
        yield held


@contextmanager
def accelerator(night: Night) -> Iterator[None]:
    """Stand in the machine's one queue for its GPU (or, without one, its cores): one project trains at a time.

    A lock of the system and not a slot of Prefect's, because nobody has to give it back after a kill -9.
    """
    lock = night.settings.locks() / "machine" / "accelerator.lock"  # a project may have any name, so not beside theirs
    waiting = partial(progress.report, "start", 0.0)
    with locks.hold(lock, PATIENCE_SECONDS, f"training of project {night.project.name}", waiting):
        yield


def check(night: Night) -> None:
    """ParamsError where this machine lacks what the params ask for; asked before any work, in well under a second."""
    from daybreak.tuning import search

    machine.demand(night.params.training)
    _demand_metric(night.params.training.metric, night.params.model.recipe)
    targets.require(night.params.tracking.report_to)
    search.check(night.params.model, night.params.training, night.params.tuning)


def _demand_metric(metric: str, recipe: str) -> None:
    from daybreak import recipes

    known = {*recipes.find(recipe).METRICS, "loss"}
    if metric and metric not in known:
        found = f"training.metric is {metric!r}, which {recipe} does not measure"
        raise ParamsError(
            found, f"one of {', '.join(sorted(known))}", "Set training.metric to one of them, or to nothing"
        )


def demand_single_labels(dataset: DatasetRef) -> None:
    """DataError for rows with several labels: they can be learned, and are neither exported nor judged yet."""
    import pyarrow.parquet as pq

    values = pq.read_table(dataset.split("train"), columns=["label"]).column("label").to_pylist()
    listed = sum(str(value).startswith("[") and value not in dataset.labels for value in values)
    if listed:
        found = f"{listed} rows of the train split have several labels"
        raise DataError(found, "one label a row, which is what can be judged and released", "Choose one label a row")


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


def prepare(night: Night) -> Done[DatasetRef]:
    """Bring the data version up to date. Not a step of the store: dvc itself knows which stages must run again."""
    from daybreak.data import versions

    check(night)
    if current := versions.status(night.project):
        return Done(current, at=0.0, seconds=0.0)
    began = time.monotonic()
    dataset = versions.prepare(night.project, partial(progress.report, "prepare"), night.settings.lock_wait_seconds)
    return Done(dataset, time.time(), round(time.monotonic() - began, 3))


def start(night: Night, dataset: DatasetRef) -> ModelParams:
    """What this night trains, its base at hand: fetched from its hub, or the champion's own model.

    ModelError for a base that cannot be had.
    """
    model = night.params.model
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
        return search.sweep(dataset, model, training, tuning, folder, cache=night.cache, address=address, report=report)

    bases = digests.of_value([_base(each) for each in space.models(model, tuning)])
    named = {**search.hangs_on(model, training, tuning), "data": dataset.digest, "base": bases}
    full = Step("sweep", _inputs(night, rooms=("recipes", "training", "tuning"), **named), SweepRef, work)
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
    inputs = _inputs(night, sections=sections, rooms=rooms, data=dataset.digest, base=_base(model), winner=best)
    return Step("train", inputs, ModelRef, work)


def compare(night: Night, dataset: DatasetRef, swept: SweepRef, model: ModelRef) -> Step[Measurements]:
    """Hold a language model against its untuned base, on rows that neither was trained on."""
    from daybreak.tuning import space

    wanted = space.apply_model(start(night, dataset), swept.best)

    def work(folder: Path) -> Measurements:
        from daybreak.training import comparing

        training, report = space.apply(night.params.training, swept.best), partial(progress.report, "compare")
        return comparing.compare(model, dataset, wanted, training, folder, cache=night.cache, report=report)

    sections, rooms = ("model", "training"), ("recipes", "training")
    inputs = _inputs(night, sections=sections, rooms=rooms, data=dataset.digest, base=_base(wanted), model=model.sha256)
    return Step("compare", inputs, Measurements, work)


def writes(night: Night) -> bool:
    """Whether the project's model is trained and measured, but not one that is exported and released."""
    from daybreak import recipes

    recipe = recipes.find(night.params.model.recipe)
    return recipe.BASE == "decoder" or not getattr(recipe, "RELEASABLE", True)


def demand_releasable(night: Night) -> None:
    """ParamsError for a recipe whose models cannot be exported, judged and released."""
    recipe = night.params.model.recipe
    if writes(night):
        found = f"model.recipe is {recipe}, whose models can be trained and measured, but not released"
        raise ParamsError(found, "classify", f"Run daybreak run train-model --project {night.project.name}")


def export(night: Night, dataset: DatasetRef, model: ModelRef) -> Step[ExportRef]:
    """Export the winner to the artifacts, one of which ships."""

    def work(folder: Path) -> ExportRef:
        from daybreak import exporting
        from daybreak.data import tables

        texts = tables.read(dataset.split("validation"))["text"].head(EXPORT_TEXTS).tolist()
        return exporting.export(model, night.params.exporting, texts, folder, partial(progress.report, "export"))

    rooms = ("recipes", "exporting", "inference.py")
    inputs = _inputs(night, sections=("exporting",), rooms=rooms, model=model.sha256, data=dataset.digest)
    return Step("export", inputs, ExportRef, work)


def measure(night: Night, dataset: DatasetRef, exported: ExportRef) -> Step[Measurements]:
    """Measure the artifact that ships, on everything that gates will ask for."""

    def work(folder: Path) -> Measurements:
        from daybreak import evaluation

        return evaluation.measure_candidate(exported, dataset, folder, partial(progress.report, "evaluate"))

    rooms = ("recipes", "evaluation", "inference.py")
    inputs = _inputs(night, rooms=rooms, data=dataset.digest, artifact=exported.shipped.sha256)
    return Step("evaluate", inputs, Measurements, work)


def measure_champion(night: Night, dataset: DatasetRef, champion: Champion) -> Step[Measurements]:
    """Answer the same test rows with the champion."""

    def work(folder: Path) -> Measurements:
        from daybreak import evaluation

        return evaluation.measure_champion(champion.artifact, dataset, folder)

    inputs = _inputs(night, rooms=("evaluation", "inference.py"), data=dataset.digest, artifact=champion.sha256)
    return Step("evaluate-champion", inputs, Measurements, work)


def judge(night: Night, evidence: Evidence, opponent: Champion | None) -> Step[Judgement]:
    """Let every gate judge the evidence."""
    version = opponent.version if opponent else None
    loosened = _loosened(night)

    def work(folder: Path) -> Judgement:
        from daybreak.gates import judge

        return judge.judge(evidence, night.params.gates, folder, version, loosened)

    champion = evidence.champion.digest if evidence.champion else "none"
    named = {"candidate": evidence.candidate.digest, "champion": f"{version} {champion}"}
    named["committed limits"] = digests.of_value(loosened)
    inputs = _inputs(night, sections=("gates",), rooms=("gates",), **named)
    return Step("judge", inputs, Judgement, work)


def _loosened(night: Night) -> list[str]:
    """What makes this night's limits looser than the commit's: settings, or gates whose code was changed."""
    from daybreak.data import versions
    from daybreak.gates import limits

    name = night.project.params_file.name
    text = versions.committed(night.project.root, name)
    if text is None:
        return [f"{name} is not committed"]
    try:
        asked = parse_params(text, night.project.params_file).gates.model_dump(mode="json")
    except ParamsError as error:
        return [f"{name} of the commit cannot be read ({error.found})"]
    changed = versions.is_dirty(night.checkout, ["platform/daybreak/gates"])
    code = ["the code of the gates differs from the commit"] if changed else []
    return limits.loosened(asked, night.params.gates.model_dump(mode="json")) + code


def _base(model: ModelParams) -> str:
    return digests.of_value(bases.resolve(model).model_dump())


def _inputs(night: Night, *, sections: Sequence[str] = (), rooms: Sequence[str], **named: str) -> dict[str, str]:
    """Digests of what a step depends on: sections of params.yaml, code of rooms, the lock, and what is `named`."""
    params = {f"params {name}": digests.of_value(getattr(night.params, name).model_dump()) for name in sections}
    code = {f"code of {room}": digests.of_code(room) for room in rooms}
    return {**named, **params, **code, "requirements.lock": night.lock_digest}
