"""The end of a night whose candidate was judged: its dossier, sealed before a release, and its record after it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from daybreak.data.versioning import versions
from daybreak.night import Night
from daybreak.planning import Results
from daybreak.recording.books import open_ledger
from daybreak.recording.facts import Steps, costs_of, is_new, keep, outline, waiting
from daybreak.recording.permission import GRANTED, Permission
from daybreak.recording.tracked import Tracked, addresses
from daybreak.records import Move, RunModel, RunRecord, Status
from daybreak.releasing import sealing
from daybreak.tracking import Tracker

if TYPE_CHECKING:
    from daybreak.reports.content import Past

SHOWN_RUNS = 120
"""Ninety nights, and some that were begun by hand."""


def seal(night: Night, results: Results, tracked: Tracked, *, steps: Steps, links: Mapping[str, str]) -> str:
    """Write the dossier of what was judged, and its digest into the journal: a release demands that very file.

    It says nothing of what becomes of the candidate; the page does, once `conclude` has written it anew.
    """
    from daybreak.reports import dossier

    page = dossier.write(
        night.folder / sealing.FOLDER,
        record=_record(night, results, tracked, steps, links, status="judged"),
        evidence=results.evidence,
        judgement=results.judgement,
        sweep=results.swept,
        history=results.model.path / "history.json",
        past=_past(night),
    )
    digest = sealing.read(page.parent)
    judgement = results.judgement.digest
    open_ledger(night).seal_dossier(night.project.name, run_id=night.run_id, judgement=judgement, digest=digest)
    return digest


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
    """Write the record, and what became of the candidate onto the dossier's page; close the MLflow run."""
    from daybreak.reports import dossier, summary

    status, reason = _status(results, move, permission)
    champion = open_ledger(night).champion(night.project.name)
    holds_alias = champion is not None and champion.version == tracked.version
    record = _record(
        night,
        results,
        tracked,
        steps,
        links,
        status=status,
        reason=reason,
        same_as=champion.run_id if champion and status == "unchanged" else None,
        alias="champion" if holds_alias else None,
        dossier=open_ledger(night).sealed_dossier(night.project.name, night.run_id, results.judgement.digest),
    )
    folder = night.folder / sealing.FOLDER
    dossier.tell(folder, record, _past(night))
    tracker = Tracker(night.settings.mlflow, night.settings.mlflow_artifacts, night.project)
    tracker.log_folder(tracked.mlflow_run_id, folder, "dossier")
    tracker.describe(tracked.mlflow_run_id, summary.in_markdown(record))
    tracker.log_metrics(tracked.mlflow_run_id, {f"used.{name}": value for name, value in record.costs.items()})
    tracker.log_tags(tracked.mlflow_run_id, {"daybreak.status": record.status})
    tracker.finish(tracked.mlflow_run_id)
    return keep(night, record)


def _past(night: Night) -> "Past":
    """What the dossier shows of the nights before."""
    from daybreak.reports import cards, content

    ledger, name = open_ledger(night), night.project.name
    runs, moves = ledger.runs(name, SHOWN_RUNS), ledger.history(name)
    return content.Past(runs=tuple(runs), moves=tuple(moves), card=night.project.root / cards.ASKED)


_NAIVE = ("naive_accuracy",)


def _record(
    night: Night,
    results: Results,
    tracked: Tracked,
    steps: Steps,
    links: Mapping[str, str],
    *,
    alias: str | None = None,
    **given: Any,
) -> RunRecord:
    from daybreak.reports import origin

    timings = {name: done.seconds for name, done in steps.items() if is_new(night, done)}
    files = {each.kind.replace("-", "_"): str(each.path / each.main) for each in results.exported.artifacts}
    summary = versions.summary(night.project)
    baseline = {name: value for name, value in summary["baseline"].items() if isinstance(value, int | float)}
    return RunRecord(
        **outline(night, timings),
        released=given["status"] == "released",
        data_version=results.dataset.version,
        data_digest=results.dataset.digest,
        notes=(*waiting(night), *origin.notes(results, open_ledger(night).runs(night.project.name, 200))),
        rows=summary["rows"],
        base=results.model.base,
        metrics={**results.evidence.candidate.metrics, **{name: baseline[name] for name in _NAIVE if name in baseline}},
        verdicts=results.judgement.verdicts,
        costs=costs_of(night, results.swept, timings),
        model=_model(night, results, tracked.version, alias),
        reused=tuple(name for name, done in steps.items() if not is_new(night, done)),
        artifacts={**files, "report": str(night.folder / sealing.FOLDER / "report.html")},
        mlflow=addresses(tracked, links.get("mlflow_url")),
        prefect=dict(links),
        key=results.judgement.digest,
        **given,
    )


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
