"""What a night leaves behind: its MLflow run, a registered version, a journal row, the dossier and the run's record."""

import json
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from daybreak import releasing
from daybreak.authority import Approval
from daybreak.data import incoming, rollback, versions
from daybreak.ledger import Ledger
from daybreak.night import Night
from daybreak.planning import Results, Trained
from daybreak.records import ArtifactRef, Move, Record, RunModel, RunRecord, Status, SweepRef
from daybreak.settings import Place
from daybreak.steps import Done
from daybreak.tracking import Registry, Tracker

RESULTS = "results.json"  # in a run's folder: everything its steps yielded, for who promotes or reproduces it later
Steps = Mapping[str, Done[Any]]
Links = Mapping[str, str]


class Tracked(Record):
    """Where MLflow keeps a night: its run, and the version of the registered model its artifact became."""

    experiment_id: str
    mlflow_run_id: str
    version: int


def open_ledger(place: Place) -> Ledger:
    """The ledger of a night's settings; a move that a dead process left half done is settled first."""
    settings = place.settings
    settings.home.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(settings.ledger, settings.lock_wait_seconds, settings.home)
    releasing.heal(ledger, Registry(settings.mlflow), place.project)
    return ledger


def track(night: Night, results: Results, links: Mapping[str, str]) -> Tracked:
    """Write the night to MLflow (parameters, trials, curves, metrics, lineage) and register the artifact that ships.

    Its files are kept where a release, tonight's or a later one, finds them.
    """
    shipped = results.exported.shipped
    _keep_model(night, shipped)
    tracker, run_id = _track(night, results, results.evidence.candidate.metrics, links)
    champion = open_ledger(night).champion(night.project.name)
    if champion and champion.sha256 == shipped.sha256:
        return Tracked(experiment_id=tracker.experiment_id, mlflow_run_id=run_id, version=champion.version)
    registry, tags = Registry(night.settings.mlflow), _lineage(night, results)
    version = registry.register(night.project, run_id, shipped, labels=results.dataset.labels, tags=tags)
    return Tracked(experiment_id=tracker.experiment_id, mlflow_run_id=run_id, version=version)


def _track(night: Night, results: Results | Trained, metrics: Mapping[str, float], links: Links) -> tuple[Tracker, str]:
    """Keep what the steps yielded, and write it to the night's MLflow run."""
    night.folder.mkdir(parents=True, exist_ok=True)
    (night.folder / RESULTS).write_text(results.model_dump_json(indent=1), encoding="utf-8")
    tracker = Tracker(night.settings.mlflow, night.settings.mlflow_artifacts, night.project)
    run_id = tracker.start(night.run_id, {**_lineage(night, results), **links})
    tracker.log_params(run_id, _flat({**night.params.model_dump(mode="json"), "winner": results.swept.best}))
    tracker.log_trials(run_id, results.swept)
    tracker.log_history(run_id, results.model.path / "history.json")
    tracker.log_metrics(run_id, metrics)
    return tracker, run_id


class Permission(Record):
    """Whether a candidate that passed may be released now, has to wait for a person, or was turned down by one."""

    answer: Literal["granted", "held", "refused"]
    reason: str = ""


GRANTED = Permission(answer="granted")


def needs_permission(night: Night, results: Results, tracked: Tracked) -> bool:
    """Whether there is anything to permit: no gate blocks the candidate, and it is not the champion already."""
    return not results.judgement.blocked_by and not _is_champion(night, tracked)


def note_approval(night: Night, tracked: Tracked, approval: Approval) -> None:
    """Keep in the journal what a person said to a candidate."""
    open_ledger(night).record_approval(
        night.project.name,
        run_id=night.run_id,
        version=tracked.version,
        approved=approval.approved,
        actor=approval.name,
        reason=approval.reason,
    )


def _is_champion(night: Night, tracked: Tracked) -> bool:
    champion = open_ledger(night).champion(night.project.name)
    return champion is not None and champion.version == tracked.version


def release(
    night: Night, results: Results, tracked: Tracked, actor: str, permission: Permission = GRANTED
) -> Move | None:
    """Make the candidate champion if every blocking gate agreed, else note the refusal.

    None, with nothing written, if it is champion or may not be released now.
    """
    if _is_champion(night, tracked) or permission.answer != "granted":
        return None
    return releasing.release(
        open_ledger(night),
        Registry(night.settings.mlflow),
        night.project,
        candidate=releasing.Candidate(
            version=tracked.version,
            artifact=_keep_model(night, results.exported.shipped),
            run_id=night.run_id,
            data_version=results.dataset.version,
            commit=versions.commit_of(night.checkout),
            params_digest=night.params.digest,
            weights_sha256=results.model.sha256,
        ),
        evidence=results.evidence,
        judgement=results.judgement,
        actor=actor,
        reason=f"night {night.run_id}",
    )


def _keep_model(night: Night, artifact: ArtifactRef) -> ArtifactRef:
    """Copy a candidate's files out of the step store, which may be emptied at any time; a champion must not be."""
    folder = night.settings.models(night.project) / artifact.sha256
    if not folder.is_dir():
        aside = folder.with_suffix(".partial")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(artifact.path, aside)
        aside.rename(folder)
    return artifact.model_copy(update={"path": folder})


def conclude(
    night: Night,
    results: Results,
    tracked: Tracked,
    move: Move | None,
    *,
    steps: Steps,
    links: Mapping[str, str],
    permission: Permission = GRANTED,
) -> RunRecord:
    """Write record and dossier, and close the MLflow run."""
    from daybreak.reports import dossier, summary

    status, reason = _status(results, move, permission)
    champion = open_ledger(night).champion(night.project.name)
    holds_alias = champion is not None and champion.version == tracked.version
    record = _record(
        night,
        results,
        status=status,
        reason=reason,
        same_as=champion.run_id if champion and status == "unchanged" else None,
        model=_model(night, results, tracked.version, "champion" if holds_alias else None),
        timings={name: done.seconds for name, done in steps.items() if _is_new(night, done)},
        reused=tuple(name for name, done in steps.items() if not _is_new(night, done)),
        mlflow=addresses(tracked, links.get("mlflow_url")),
        prefect=dict(links),
    )
    folder = night.folder / "dossier"
    record = record.model_copy(update={"artifacts": {**record.artifacts, "report": str(folder / "report.html")}})
    dossier.write(
        folder,
        record=record,
        evidence=results.evidence,
        judgement=results.judgement,
        sweep=results.swept,
        history=results.model.path / "history.json",
    )
    tracker = Tracker(night.settings.mlflow, night.settings.mlflow_artifacts, night.project)
    tracker.log_folder(tracked.mlflow_run_id, folder, "dossier")
    tracker.describe(tracked.mlflow_run_id, summary.in_markdown(record))
    tracker.log_metrics(tracked.mlflow_run_id, {f"used.{name}": value for name, value in record.costs.items()})
    tracker.log_tags(tracked.mlflow_run_id, {"daybreak.status": record.status})
    tracker.finish(tracked.mlflow_run_id)
    return _keep(night, record)


def conclude_training(night: Night, trained: Trained, links: Mapping[str, str], *, steps: Steps) -> RunRecord:
    """Write record, results and page of a training whose model is not released, and its MLflow run."""
    from daybreak.reports import generation

    tracker, run_id = _track(night, trained, trained.compared.metrics, links)
    now = datetime.now(UTC)
    timings = {name: done.seconds for name, done in steps.items() if _is_new(night, done)}
    record = RunRecord(
        run_id=night.run_id,
        project=night.project.name,
        status="held",
        released=False,
        started_at=night.started_at,
        finished_at=now,
        reason="trained and measured; a model that writes is not released",
        notes=_notes(night),
        data_version=trained.dataset.version,
        data_digest=trained.dataset.digest,
        rows=versions.summary(night.project)["rows"],
        base=trained.model.base,
        metrics=trained.compared.metrics,
        timings={**timings, "total": _seconds(night, now)},
        costs=_costs(night, trained.swept, timings),
        reused=tuple(name for name, done in steps.items() if not _is_new(night, done)),
        artifacts={"model": str(trained.model.path), "report": str(night.folder / "dossier" / "report.html")},
        mlflow={"run_id": run_id, "experiment_id": tracker.experiment_id},
        prefect=dict(links),
        commit=versions.commit_of(night.checkout),
        params_digest=night.params.digest,
        lock_digest=night.lock_digest,
    )
    generation.write(night.folder / "dossier", record=record, trained=trained)
    tracker.log_folder(run_id, night.folder / "dossier", "dossier")
    tracker.log_tags(run_id, {"daybreak.status": "held"})
    tracker.finish(run_id)
    return _keep(night, record)


def decided(ledger: Ledger, project: str, results: Results) -> RunRecord | None:
    """The night that acted on these very verdicts, or None if none did."""
    same = ledger.last_with_key(project, results.judgement.digest)
    return ledger.run(project, same.same_as) if same and same.same_as else same


def unchanged(night: Night, same: RunRecord) -> RunRecord:
    """The record of a night that had nothing to do, since all was decided in the `same` one."""
    now = datetime.now(UTC)
    update = {
        "run_id": night.run_id,
        "status": "unchanged",
        "released": False,
        "same_as": same.run_id,
        "started_at": night.started_at,
        "finished_at": now,
        "timings": {"total": _seconds(night, now)},
        "reused": ("prepare", "sweep", "train", "export", "evaluate", "judge", "release"),
        "notes": _notes(night),
    }
    return _keep(night, same.model_copy(update=update))


def failed(night: Night, status: Status, reason: str, links: Mapping[str, str]) -> RunRecord:
    """The record of a night that broke off; its MLflow run, if it had one, ends with it.

    A night that was recorded already did its work: what broke afterwards does not undo that.
    """
    if known := open_ledger(night).run(night.project.name, night.run_id):
        return known
    now = datetime.now(UTC)
    tracker = Tracker(night.settings.mlflow, night.settings.mlflow_artifacts, night.project)
    tracker.end_night(night.run_id, "KILLED" if status == "cancelled" else "FAILED")
    return _keep(
        night,
        RunRecord(
            run_id=night.run_id,
            project=night.project.name,
            status=status,
            released=False,
            started_at=night.started_at,
            finished_at=now,
            reason=reason,
            timings={"total": _seconds(night, now)},
            prefect=dict(links),
            commit=versions.commit_of(night.checkout),
            params_digest=night.params.digest,
            lock_digest=night.lock_digest,
        ),
    )


def _record(night: Night, results: Results, *, timings: Mapping[str, float], **given: Any) -> RunRecord:
    from daybreak.reports import origin

    now = datetime.now(UTC)
    summary = versions.summary(night.project)
    baseline = {name: value for name, value in summary["baseline"].items() if isinstance(value, int | float)}
    return RunRecord(
        run_id=night.run_id,
        project=night.project.name,
        released=given["status"] == "released",
        started_at=night.started_at,
        finished_at=now,
        data_version=results.dataset.version,
        data_digest=results.dataset.digest,
        notes=(*_notes(night), *origin.notes(results, open_ledger(night).runs(night.project.name, 200))),
        rows=summary["rows"],
        base=results.model.base,
        metrics={**results.evidence.candidate.metrics, "naive_accuracy": baseline["naive_accuracy"]},
        verdicts=results.judgement.verdicts,
        timings={**timings, "total": _seconds(night, now)},
        costs=_costs(night, results.swept, timings),
        artifacts={
            "onnx_fp32": str(results.exported.fp32.path / "model.onnx"),
            "onnx_int8": str(results.exported.int8.path / "model.onnx"),
        },
        commit=versions.commit_of(night.checkout),
        params_digest=night.params.digest,
        lock_digest=night.lock_digest,
        key=results.judgement.digest,
        **given,
    )


def _costs(night: Night, swept: SweepRef, timings: Mapping[str, float]) -> dict[str, float]:
    """What of processors and money this very night used: a step that was reused cost nothing."""
    from daybreak.tuning import costs

    params = night.params
    return costs.of_night(
        swept if "sweep" in timings else None, params.training, params.tuning, timings.get("train", 0.0)
    )


def _notes(night: Night) -> tuple[str, ...]:
    """What of the data waits for a person."""
    notes = []
    if pin := rollback.pinned(night.project):
        waiting = incoming.waiting(night.project)
        files = f"; {waiting} incoming files wait" if waiting else ""
        notes.append(f"the data are rolled back to version {pin.version} by {pin.actor}: {pin.reason}{files}")
    notes += [f"batch {held.name} was held aside: {held.reason}" for held in incoming.held(night.project)]
    return tuple(notes)


def _status(results: Results, move: Move | None, permission: Permission) -> tuple[Status, str]:
    blockers = results.judgement.blocked_by
    if permission.answer != "granted":
        return permission.answer, permission.reason
    if move and move.outcome == "done":
        return "released", ""
    if move and move.outcome == "held":
        return "held", move.reason
    if blockers:
        return "refused", "; ".join(f"{verdict.gate}: {verdict.reason}" for verdict in blockers)
    return "unchanged", "the candidate is the champion, judged again"


def _model(night: Night, results: Results, version: int, alias: str | None) -> RunModel:
    sha256 = results.exported.shipped.sha256
    return RunModel(name=night.project.registered_model, version=version, alias=alias, sha256=sha256)


def addresses(tracked: Tracked, mlflow_url: str | None) -> dict[str, str]:
    """Where the night stands in MLflow: ids, and the pages of run and report where its server is up."""
    ids = {"run_id": tracked.mlflow_run_id, "experiment_id": tracked.experiment_id}
    if not mlflow_url:
        return ids
    page = f"{mlflow_url}/#/experiments/{tracked.experiment_id}/runs/{tracked.mlflow_run_id}"
    return {**ids, "run_url": page, "report_url": f"{page}/artifacts/dossier/report.html"}


def _keep(night: Night, record: RunRecord) -> RunRecord:
    """Write the run's folder, its record last, and its row in the ledger."""
    night.folder.mkdir(parents=True, exist_ok=True)
    params = json.dumps(night.params.model_dump(mode="json"), ensure_ascii=False, indent=1)
    (night.folder / "params.json").write_text(params, encoding="utf-8")
    (night.folder / "run.json").write_text(record.model_dump_json(indent=1), encoding="utf-8")
    ledger = open_ledger(night)
    ledger.record_run(record)
    ledger.close()
    return record


def _lineage(night: Night, results: Results | Trained) -> dict[str, str]:
    return {
        "project": night.project.name,
        "daybreak.run_id": night.run_id,
        "data_version": str(results.dataset.version),
        "data_digest": results.dataset.digest,
        "commit": versions.commit_of(night.checkout),
        "params_digest": night.params.digest,
        "lock_digest": night.lock_digest,
        "base": f"{results.model.base.source}@{results.model.base.revision}",
        "python": sys.version.split()[0],
    }


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in tree.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat


def _is_new(night: Night, done: Done[Any]) -> bool:
    return done.at >= night.started_at.timestamp()


def _seconds(night: Night, now: datetime) -> float:
    return round((now - night.started_at).total_seconds(), 2)
