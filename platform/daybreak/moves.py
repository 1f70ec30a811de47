"""Moves of the champion at a person's word: promote, roll back, lift a hold, reconcile, and what history tells of them.

A *place* is a project and its settings. Where params.yaml is not needed it is not asked for: a rollback must work with
one that cannot be read.
"""

import json
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daybreak import releasing
from daybreak.errors import BadInput, EvidenceMismatch
from daybreak.planning import Results
from daybreak.recording import RESULTS, open_ledger
from daybreak.records import Champion, Hold, JournalEntry, Move, Record, RunRecord, Verdict
from daybreak.releasing import Candidate, Fetched, evidence, sealing
from daybreak.settings import Place
from daybreak.tracking import Registry

AGAIN = "Judge it again with daybreak run"


class Offer(Record):
    """A registered version with everything a person should see, and `promote` needs, before it becomes champion."""

    candidate: Candidate
    results: Results
    record: RunRecord
    champion: Champion | None
    champion_record: RunRecord | None
    comparison: dict[str, Any] | None


class History(Record):
    """Every move, newest first; the champion of the moment with what it rests on; the hold, if any; who loaded what.

    `fault` is what is wrong with the journal, None if its chain of hashes holds.
    """

    moves: tuple[Move, ...]
    champion: Champion | None
    released_by: Move | None
    verdicts: tuple[Verdict, ...]
    hold: Hold | None
    loads: tuple[JournalEntry, ...]
    fault: str | None


def offer(place: Place, version: int) -> Offer:
    """Look a registered version up.

    Raises BadInput if there is none, or nothing is left of its verdicts, and EvidenceMismatch if these were changed.
    """
    ledger = open_ledger(place)
    registered = Registry(place.settings.mlflow).version(place.project, version)
    if registered is None:
        raise BadInput(
            f"there is no version {version} of {place.project.registered_model}", "one of daybreak model versions"
        )
    run_id = registered.tags.get("daybreak.run_id", "")
    record = ledger.run(place.project.name, run_id) if run_id else None
    run = place.settings.runs(place.project) / run_id
    if record is None or not (run / RESULTS).is_file():
        raise BadInput(f"the verdicts on version {version} are not at hand", f"the results of its run {run_id}", AGAIN)
    results = _results(run / RESULTS, version)
    if results.judgement.digest != record.key:
        found = f"the verdicts in {RESULTS} of run {run_id} are not those that the ledger keeps of it"
        raise EvidenceMismatch(found, f"digest {record.key[:12]}", AGAIN)
    champion = ledger.champion(place.project.name)
    return Offer(
        candidate=_candidate(place, version, results, record),
        results=results,
        record=record,
        champion=champion,
        champion_record=ledger.run(place.project.name, champion.run_id) if champion else None,
        comparison=_comparison(run),
    )


def _results(path: Path, version: int) -> Results:
    """What a night's steps yielded. BadInput for an encoder's night, and for what this version does not understand."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if "judgement" in told:
            return Results.model_validate(told)
    except ValueError:
        found = (
            f"the verdicts on version {version} cannot be read: an earlier version of Daybreak wrote them, or a hand"
        )
        raise BadInput(found, "verdicts of this one", AGAIN) from None
    found = f"version {version} is a base for other models, and no gate judged it"
    raise BadInput(found, "a version that gates judged", "Name it as model.base of another project")


def describe(offered: Offer) -> dict[str, Any]:
    """What a person should see before promoting: both models on the same test rows, the verdicts and their age."""
    evidence, champion = offered.results.evidence, offered.champion
    rival = evidence.champion.metrics if evidence.champion else {}
    known = offered.champion_record.metrics if offered.champion_record else {}
    return {
        "candidate": {
            **offered.candidate.model_dump(include={"version", "data_version", "run_id"}),
            "metrics": evidence.candidate.metrics,
        },
        "champion": {
            **champion.model_dump(include={"version", "data_version", "run_id"}),
            "metrics": rival or known,
        }
        if champion
        else None,
        "verdicts": [verdict.model_dump(mode="json") for verdict in offered.results.judgement.verdicts],
        "verdicts_age_hours": (datetime.now(UTC) - offered.record.finished_at).total_seconds() / 3600,
        "comparison": offered.comparison,
    }


def promote(place: Place, version: int, *, actor: str, reason: str, override: bool = False) -> Move:
    """Make a registered version champion, on the verdicts of its night; with `override`, whatever gates and holds say.

    Raises BadInput if it is champion or its verdicts are not at hand; for the rest see `releasing.promote`.
    """
    offered = offer(place, version)
    if offered.champion and offered.champion.version == version:
        raise BadInput(f"version {version} is champion already", "another version")
    if override and not reason.strip():
        raise BadInput("an override without a reason", "why, in a few words", "Add --reason TEXT")
    return releasing.promote(
        open_ledger(place),
        Registry(place.settings.mlflow),
        place.project,
        candidate=offered.candidate,
        evidence=offered.results.evidence,
        judgement=offered.results.judgement,
        dossier=sealing.place(offered.record, place.settings.runs(place.project)),
        actor=actor,
        reason=reason or f"promoted after run {offered.record.run_id}",
        override=override,
    )


def rollback(place: Place, *, to: int | None, actor: str, reason: str) -> Move:
    """Restore version `to`; with None or 0 the last champion that was not itself rolled back.

    Raises what `releasing.rollback` raises.
    """
    registry = Registry(place.settings.mlflow)
    return releasing.rollback(open_ledger(place), registry, place.project, to=to or None, actor=actor, reason=reason)


def unhold(place: Place, *, actor: str, reason: str) -> tuple[Hold, ...]:
    """Lift every hold. Raises BadInput if there is none."""
    lifted = open_ledger(place).lift_holds(place.project.name, actor=actor, reason=reason)
    if not lifted:
        raise BadInput(f"nothing is on hold in project {place.project.name}", "a hold that a rollback set")
    return lifted


def reconcile(place: Place, *, accept: bool, actor: str, reason: str) -> Move | None:
    """Settle an alias that was moved in MLflow: accept it, or restore the journal's; None if it was removed."""
    ledger, registry = open_ledger(place), Registry(place.settings.mlflow)
    if not accept:
        return releasing.restore(ledger, registry, place.project, actor=actor, reason=reason)
    alias = registry.alias(place.project)
    unknown = alias is not None and ledger.offered(place.project.name, alias) is None
    candidate = offer(place, alias).candidate if alias is not None and unknown else None
    return releasing.accept(ledger, registry, place.project, actor=actor, reason=reason, candidate=candidate)


def fetch(place: Place, folder: Path, host: str | None = None) -> Fetched:
    """Bring the champion into a folder by its hash, switch it there, and note who loaded it."""
    return releasing.fetch(open_ledger(place), place.project, folder, host=host or socket.gethostname())


def collect_evidence(place: Place, at: datetime, target: Path) -> evidence.Collected:
    """Write all that is known of the champion of a moment into one file."""
    runs = place.settings.runs(place.project)
    return evidence.collect(open_ledger(place), place.project, at=at, runs=runs, target=target)


def history(place: Place, at: datetime | None = None) -> History:
    """Every move up to a moment, and who was champion then. Raises BadInput for a time without a zone."""
    ledger, name = open_ledger(place), place.project.name
    moves = ledger.history(name, at)
    champion = ledger.champion(name, at)
    record = ledger.run(name, champion.run_id) if champion else None
    return History(
        moves=tuple(moves),
        champion=champion,
        released_by=_arrival(moves, champion),
        verdicts=record.verdicts if record else (),
        hold=next(iter(ledger.holds(name)), None),
        loads=tuple(ledger.loads(name, at)),
        fault=ledger.verify(name),
    )


def _comparison(run: Path) -> dict[str, Any] | None:
    """What the candidate fixes and breaks against the champion, as the dossier of its run counted it."""
    dossier = run / "dossier" / "dossier.json"
    if not dossier.is_file():
        return None
    found: dict[str, Any] | None = json.loads(dossier.read_text(encoding="utf-8")).get("comparison")
    return found


def _arrival(moves: list[Move], champion: Champion | None) -> Move | None:
    version = champion.version if champion else None
    return next((move for move in moves if move.outcome == "done" and move.to_version == version), None)


def _candidate(place: Place, version: int, results: Results, record: RunRecord) -> Candidate:
    shipped = results.exported.shipped
    kept = place.settings.models(place.project) / shipped.sha256
    return Candidate(
        version=version,
        artifact=shipped.model_copy(update={"path": kept}),
        run_id=record.run_id,
        data_version=results.dataset.version,
        commit=record.commit,
        weights_sha256=results.model.sha256,
        params_digest=record.params_digest,
    )
