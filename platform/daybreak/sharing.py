"""Shares what a night leaves through dvc's remote: data versions with their tags, the journal, a released dossier."""

from pathlib import Path

from daybreak.data.versioning import remote
from daybreak.errors import StepFailed
from daybreak.night import Night
from daybreak.recording import open_ledger
from daybreak.records import Record, RunRecord

REPORT = ("report.html", "dossier.json")


class Shared(Record):
    """What went to the remote: data versions, and places below it; nothing where there is no remote."""

    versions: tuple[int, ...] = ()
    places: tuple[str, ...] = ()


def share(night: Night, record: RunRecord) -> Shared:
    """Share everything that is not shared yet. Raises StepFailed for what the remote did not take."""
    if not remote.configured(night.project):
        return Shared()
    pushed = remote.push(night.project)
    places = [remote.copy_to_remote(night.project, {"journal.jsonl": _journal(night)}, "journal")]
    if record.released and (report := record.artifacts.get("report")):
        files = {name: Path(report).with_name(name) for name in REPORT}
        places.append(remote.copy_to_remote(night.project, files, f"dossiers/{record.run_id}"))
    if pushed.reason:
        raise StepFailed(pushed.reason, "", "What was not shared goes with the next night")
    return Shared(versions=pushed.versions, places=tuple(places))


def _journal(night: Night) -> Path:
    """The copy of the journal that leaves the machine; it is refused if it would lose a row."""
    ledger = open_ledger(night)
    copy = ledger.export_journal(night.project.name, night.settings.home / "journal" / f"{night.project.name}.jsonl")
    ledger.close()
    return copy
