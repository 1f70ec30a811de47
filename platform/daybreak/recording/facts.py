"""What every record of a night says: what waits for a person, what was used, which steps were done; and its keeping."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from daybreak.data.admitting import incoming
from daybreak.data.versioning import rollback, versions
from daybreak.night import Night
from daybreak.recording.books import open_ledger
from daybreak.records import RunRecord, SweepRef
from daybreak.steps import Done

Steps = Mapping[str, Done[Any]]
Links = Mapping[str, str]


def keep(night: Night, record: RunRecord) -> RunRecord:
    """Write the run's folder, its record last, and its row in the ledger."""
    night.folder.mkdir(parents=True, exist_ok=True)
    params = json.dumps(night.params.model_dump(mode="json"), ensure_ascii=False, indent=1)
    (night.folder / "params.json").write_text(params, encoding="utf-8")
    (night.folder / "run.json").write_text(record.model_dump_json(indent=1), encoding="utf-8")
    ledger = open_ledger(night)
    ledger.record_run(record)
    ledger.close()
    return record


def outline(night: Night, timings: Mapping[str, float]) -> dict[str, Any]:
    """The fields that every record of a night has, with the seconds that its steps took; it ends now."""
    now = datetime.now(UTC)
    return {
        "run_id": night.run_id,
        "project": night.project.name,
        "started_at": night.started_at,
        "finished_at": now,
        "timings": {**timings, "total": round((now - night.started_at).total_seconds(), 2)},
        "commit": versions.commit_of(night.checkout),
        "params_digest": night.params.digest,
        "lock_digest": night.lock_digest,
    }


def costs_of(night: Night, swept: SweepRef, timings: Mapping[str, float]) -> dict[str, float]:
    """What of processors and money this very night used: a step that was reused cost nothing."""
    from daybreak.tuning import costs

    params = night.params
    return costs.of_night(
        swept if "sweep" in timings else None, params.training, params.tuning, timings.get("train", 0.0)
    )


def waiting(night: Night) -> tuple[str, ...]:
    """What of the data waits for a person."""
    notes = []
    if pin := rollback.pinned(night.project):
        files = f"; {count} incoming files wait" if (count := incoming.waiting(night.project)) else ""
        notes.append(f"the data are rolled back to version {pin.version} by {pin.actor}: {pin.reason}{files}")
    notes += [f"batch {held.name} was held aside: {held.reason}" for held in incoming.held(night.project)]
    return tuple(notes)


def is_new(night: Night, done: Done[Any]) -> bool:
    """Whether this very night did a step's work."""
    return done.at >= night.started_at.timestamp()
