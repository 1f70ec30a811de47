"""The evidence of a champion as one file: its move, run, verdicts, dossier, params, and the journal with its hashes."""

import hashlib
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from daybreak.errors import BadInput
from daybreak.ledger import Ledger, copying
from daybreak.records import Champion, Project, Record

# The same evidence makes the same file, whenever it is written.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Collected(Record):
    """Where the evidence lies and of which version it is; `fault` is what is wrong with the journal, if anything."""

    path: Path
    version: int
    at: datetime
    fault: str | None


def collect(ledger: Ledger, project: Project, *, at: datetime, runs: Path, target: Path) -> Collected:
    """Write a zip with all that is known of the champion of the moment `at`; `runs` holds the folders of runs.

    Its `manifest.json` names every other file with its SHA-256. Raises BadInput if no model was champion then, or if
    the file cannot be written.
    """
    champion = ledger.champion(project.name, at)
    if champion is None:
        raise BadInput(
            f"project {project.name} had no champion at {at.isoformat()}", "a moment after its first release"
        )
    fault = ledger.verify(project.name)
    files = {**_told(ledger, project, champion, at), **_left(runs / champion.run_id)}
    manifest = {
        "project": project.name,
        "at": at.isoformat(),
        "fault": fault,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    try:
        _write(target, {**files, "manifest.json": _json(manifest)})
    except OSError as error:
        raise BadInput(
            f"{target} cannot be written ({error.strerror})", "a file that may be", "Name one with --to"
        ) from None
    return Collected(path=target, version=champion.version, at=at, fault=fault)


def _told(ledger: Ledger, project: Project, champion: Champion, at: datetime) -> dict[str, bytes]:
    """What the ledger says: champion, moves, run with its verdicts, holds and loads, and the chain itself."""
    run = ledger.run(project.name, champion.run_id)
    moves = [move.model_dump(mode="json") for move in ledger.history(project.name, at)]
    loads = [entry.content for entry in ledger.loads(project.name, at)]
    return {
        "champion.json": _json(champion.model_dump(mode="json")),
        "moves.json": _json(moves),
        "record.json": _json(run.model_dump(mode="json") if run else None),
        "verdicts.json": _json([verdict.model_dump(mode="json") for verdict in run.verdicts] if run else []),
        "loads.json": _json(loads),
        "journal.jsonl": copying.to_lines(ledger.journal(project.name)).encode(),
    }


def _left(run: Path) -> dict[str, bytes]:
    """What the run left in its folder: params, results with the judgement, dossier."""
    found = sorted(path for path in run.rglob("*") if path.is_file())
    return {f"run/{path.relative_to(run).as_posix()}": path.read_bytes() for path in found}


def _write(target: Path, files: dict[str, bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.partial")
    with zipfile.ZipFile(aside, "w") as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    aside.replace(target)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
