"""Nights that end without work of their own: all was decided before, or something broke."""

from collections.abc import Mapping, Sequence

from daybreak.ledger import Ledger
from daybreak.night import Night
from daybreak.recording.books import open_ledger
from daybreak.recording.facts import keep, outline, waiting
from daybreak.records import RunRecord, Status
from daybreak.tracking import Tracker

STEPS = ("prepare", "sweep", "train", "export", "evaluate", "judge", "release")


def decided(ledger: Ledger, project: str, key: str) -> RunRecord | None:
    """The night that acted on these very verdicts, or left this very model, by its key; None if none did."""
    same = ledger.last_with_key(project, key)
    return ledger.run(project, same.same_as) if same and same.same_as else same


def unchanged(night: Night, same: RunRecord, reused: Sequence[str] = STEPS) -> RunRecord:
    """The record of a night that had nothing to do, since all was decided in the `same` one."""
    told = outline(night, {})
    of_this_night = {name: told[name] for name in ("run_id", "started_at", "finished_at", "timings")}
    update = {"status": "unchanged", "released": False, "same_as": same.run_id, "reused": tuple(reused)}
    return keep(night, same.model_copy(update={**of_this_night, **update, "notes": waiting(night)}))


def failed(night: Night, status: Status, reason: str, links: Mapping[str, str]) -> RunRecord:
    """The record of a night that broke off; its MLflow run, if it had one, ends with it.

    A night that was recorded already did its work: what broke afterwards does not undo that.
    """
    if known := open_ledger(night).run(night.project.name, night.run_id):
        return known
    tracker = Tracker(night.settings.mlflow, night.settings.mlflow_artifacts, night.project)
    tracker.end_night(night.run_id, "KILLED" if status == "cancelled" else "FAILED", reason)
    return keep(
        night, RunRecord(**outline(night, {}), status=status, released=False, reason=reason, prefect=dict(links))
    )
