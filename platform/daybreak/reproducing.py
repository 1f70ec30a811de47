"""Does a past night again, from its record alone, and says whether the same bits came out."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from daybreak import night as steps
from daybreak import progress
from daybreak.errors import BadInput, DaybreakError, ParamsError
from daybreak.night import EXPORT_TEXTS, Night
from daybreak.planning import Results
from daybreak.progress import Reporter
from daybreak.recording import RESULTS, open_ledger
from daybreak.records import ArtifactRef, DatasetRef, ExportRef, ModelRef, Record, RunRecord


class Reproduction(Record):
    """`identical`: weights, artifact and metrics are those of the run, bit for bit.

    `differences` is empty then. Else it names what differs, first the circumstances that can be the cause (code, lock
    file, machine, versions), then the outcomes. `circumstances` are named in either case.
    """

    run_id: str
    identical: bool
    differences: tuple[str, ...]
    circumstances: tuple[str, ...]
    data_version: int
    weights_sha256: str
    artifact_sha256: str
    metrics: dict[str, float]


class _Past(Record):
    """A run as it was recorded; `params` the sections its model hangs on, as plain values."""

    record: RunRecord
    results: Results
    params: dict[str, Any]


def reproduce(night: Night, run_id: str | None, report: Reporter = progress.report) -> Reproduction:
    """Train the run's winner again from its data version, params and seed, in a folder of its own, and compare.

    Nothing is reused and nothing of the project is changed. Raises BadInput for a run that is unknown or trained
    nothing, DataError where its data cannot be had, ModelError where its base cannot.
    """
    past = _read(night, run_id)
    place = night.store.root / "reproduce"
    place.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=place) as scratch:
        dataset = _take(night, past, Path(scratch))
        model = _train(night, past, dataset, Path(scratch), report)
        exported = _export(past, dataset, model, Path(scratch), report)
        metrics = _measure(exported.shipped, dataset, Path(scratch), report)
        circumstances = (*_circumstances(night, past), *_environment(night, past, exported.shipped))
        outcomes = tuple(_outcomes(past, model, exported, metrics))
    return Reproduction(
        run_id=past.record.run_id,
        identical=not outcomes,
        differences=(*circumstances, *outcomes) if outcomes else (),
        circumstances=circumstances,
        data_version=dataset.version,
        weights_sha256=model.sha256,
        artifact_sha256=exported.shipped.sha256,
        metrics=metrics,
    )


def _read(night: Night, run_id: str | None) -> _Past:
    ledger = open_ledger(night)
    record = ledger.run(night.project.name, run_id)
    if record and record.same_as:
        record = ledger.run(night.project.name, record.same_as)
    if record is None:
        found = f"there is no run {run_id or ''}".strip()
        raise BadInput(f"{found} of project {night.project.name}", "a run", "See daybreak runs list")
    folder = night.settings.runs(night.project) / record.run_id
    try:
        results = Results.model_validate_json((folder / RESULTS).read_text(encoding="utf-8"))
        params = json.loads((folder / "params.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = f"run {record.run_id} ({record.status}) left no results in {folder}"
        raise BadInput(found, "a run that trained a model", "See daybreak runs list") from None
    return _Past(record=record, results=results, params=params)


def _take(night: Night, past: _Past, scratch: Path) -> DatasetRef:
    from daybreak.data import snapshot

    version = past.results.dataset.version
    return snapshot.take(night.project, version, scratch / "data", night.settings.lock_wait_seconds)


def _train(night: Night, past: _Past, dataset: DatasetRef, scratch: Path, report: Reporter) -> ModelRef:
    from daybreak.recipes.params import ModelParams
    from daybreak.training import loop
    from daybreak.training.params import TrainingParams
    from daybreak.tuning import space

    model, training = _section(past, "model", ModelParams), _section(past, "training", TrainingParams)
    winner = space.apply(training, past.results.swept.best)
    folder = scratch / "train"
    folder.mkdir()
    with steps.accelerator(night):
        return loop.train(dataset, model, winner, folder, cache=scratch / "cache", report=partial(report, "train"))


def _export(past: _Past, dataset: DatasetRef, model: ModelRef, scratch: Path, report: Reporter) -> ExportRef:
    from daybreak import exporting
    from daybreak.data import tables
    from daybreak.exporting.params import ExportingParams

    texts = tables.read(dataset.split("validation"))["text"].head(EXPORT_TEXTS).tolist()
    params = _section(past, "exporting", ExportingParams)
    return exporting.export(model, params, texts, scratch / "export", partial(report, "export"))


def _measure(artifact: ArtifactRef, dataset: DatasetRef, scratch: Path, report: Reporter) -> dict[str, float]:
    """The metrics of the task alone: latency is another one each time."""
    from daybreak import evaluation

    return evaluation.measure(artifact, dataset, scratch / "evaluate", report=partial(report, "evaluate")).metrics


def _section(past: _Past, name: str, kind: type[Any]) -> Any:
    try:
        return kind(**past.params[name])
    except (KeyError, ValueError) as error:
        found = (
            f"the section {name} that run {past.record.run_id} recorded cannot be read: {' '.join(str(error).split())}"
        )
        raise ParamsError(found, "params of this Daybreak", f"Check out commit {past.record.commit[:12]}") from None


def _circumstances(night: Night, past: _Past) -> Iterator[str]:
    """What is not as it was when the run was made, apart from its data, which is had by digest."""
    from daybreak.data import git

    record = past.record
    if (commit := git.commit_of(night.checkout)) != record.commit:
        yield f"the code is of commit {commit[:12]}, the run's was {record.commit[:12] or 'not recorded'}"
    if git.is_dirty(night.checkout, ["platform/daybreak"]):
        yield "the code has changes that are not committed"
    if night.lock_digest != record.lock_digest:
        yield "requirements.lock is another one"
    yield from _base(past)


def _base(past: _Past) -> Iterator[str]:
    from daybreak.recipes.params import ModelParams
    from daybreak.training import base

    then = past.results.model.base
    now = base.resolve(_section(past, "model", ModelParams))
    if (now.revision, now.weights_sha256) != (then.revision, then.weights_sha256):
        yield f"the base model {then.source} has other weights"


def _environment(night: Night, past: _Past, artifact: ArtifactRef) -> Iterator[str]:
    """Class of processor and versions of libraries, as both artifacts' manifests state them."""
    shipped = past.results.exported.shipped
    then = _stated(night.settings.models(night.project) / shipped.sha256) or _stated(shipped.path)
    now = _stated(artifact.path)
    if then is None or now is None:
        return
    if then["cpu_class"] != now["cpu_class"]:
        yield f"the processor is of class {now['cpu_class']}, the run's was {then['cpu_class']}"
    for name, version in now["versions"].items():
        if then["versions"].get(name) != version:
            yield f"{name} is {version}, the run's was {then['versions'].get(name)}"


def _stated(folder: Path) -> dict[str, Any] | None:
    from daybreak import inference

    try:
        return inference.verify(folder)
    except (DaybreakError, OSError):  # the original may have been removed since: its digest is in the record
        return None


def _outcomes(past: _Past, model: ModelRef, exported: ExportRef, metrics: dict[str, float]) -> Iterator[str]:
    """What came out otherwise, in the order of the steps: the first is the cause of the others."""
    then = past.results
    pairs = (
        ("the trained model", model.sha256, then.model.sha256),
        ("the artifact that ships", exported.shipped.sha256, then.exported.shipped.sha256),
    )
    for what, found, expected in pairs:
        if found != expected:
            yield f"{what} has SHA-256 {found[:12]}, the run's had {expected[:12]}"
    for name, value in metrics.items():
        if value != then.evidence.candidate.metrics.get(name):
            yield f"{name} is {value}, the run's was {then.evidence.candidate.metrics.get(name)}"
