"""Removes what nights of the past left behind, and never what a release, the latest nights or the data rest on."""

import contextlib
import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from daybreak import digests
from daybreak.ledger import Ledger
from daybreak.night import Night
from daybreak.recording import RESULTS
from daybreak.records import ExportRef, Move, Record, RunRecord
from daybreak.training.params import CHECKPOINTS

PARTIAL = ".partial"
CURVES = ("tensorboard", "wandb")  # in a run's folder, where `tracking.report_to` asks for them
FOR_GOOD = ("done", "pending")
ABANDONED_SECONDS = 2 * 86400.0
"""Nothing works so long on a folder aside: who made it was killed."""
RESUMED_SECONDS = 14 * 86400.0
"""A training that nobody went on with for so long begins anew."""
WORTHWHILE = 0.25
"""Share of a database's pages that must be free before it is written anew."""


class Cleaned(Record):
    """What was removed, or with `dry_run` would be: bytes, and how many of which kind."""

    bytes: int
    what: dict[str, int]
    dry_run: bool = False


@dataclass(frozen=True)
class Past:
    """The nights that did some work, newest first: those kept in full, and those before them."""

    kept: tuple[RunRecord, ...]
    older: tuple[RunRecord, ...]
    moves: tuple[Move, ...]

    @property
    def since(self) -> datetime:
        """When the first of the kept nights began: what came later is theirs."""
        return min(record.started_at for record in self.kept)

    @property
    def champion(self) -> str:
        """Run id of the night that the champion came from, "" without one."""
        return next((move.run_id for move in self.moves if move.outcome == "done"), "")

    @property
    def released(self) -> set[str]:
        """Run ids of the nights that a champion came from, and of one that is about to."""
        return {move.run_id for move in self.moves if move.outcome in FOR_GOOD}


def clean(night: Night, ledger: Ledger, dry_run: bool = False) -> Cleaned:
    """Remove what no kept night, release or journal row points to. The caller holds `night.alone`.

    Kept are the last `retention.nights` nights in full; of every release the model's files, its MLflow run and version,
    and its dossier; of every night its record, params and results. Data versions and dvc's cache are not touched.
    """
    past = _look_back(night, ledger)
    found = {"leftovers": list(_leftovers(night)), "checkpoints": list(_checkpoints(night))}
    if past.older:
        found |= {
            "steps": list(_steps(night, past)),
            "tokenised texts": list(_tokens(night, past)),
            "dossiers": list(_dossiers(night, past)),
            "models": list(_models(night, past)),
        }
    size = sum(_size(path) for paths in found.values() for path in paths)
    what = {kind: len(paths) for kind, paths in found.items() if paths}
    for path in () if dry_run else (path for paths in found.values() for path in paths):
        _remove(path)
    forgotten = _forget(night, past, dry_run)
    size += forgotten[1]
    what |= {"MLflow runs": forgotten[0]} if forgotten[0] else {}
    if not dry_run:
        size += sum(_shrink(url) for url in (night.settings.ledger, night.settings.mlflow))
    return Cleaned(bytes=size, what=what, dry_run=dry_run)


def _look_back(night: Night, ledger: Ledger) -> Past:
    name = night.project.name
    runs = night.settings.runs(night.project)
    worked = [record for record in ledger.runs(name, limit=10**6) if (runs / record.run_id / RESULTS).is_file()]
    count = night.params.retention.nights
    return Past(kept=tuple(worked[:count]), older=tuple(worked[count:]), moves=tuple(ledger.history(name)))


def _steps(night: Night, past: Past) -> Iterator[Path]:
    """Steps that no kept night did or used: it may have reused one that is older than all of them."""
    kept = list(_kept_results(night, past))
    used = {digest for results in kept for digest in _digests(results)}
    models = [results.get("model") or {} for results in kept]
    places = {model.get("path") for model in models} | {model.get("base", {}).get("source") for model in models}
    for folder, manifest in night.store.folders():
        at = manifest["at"] if manifest else folder.stat().st_mtime
        wanted = manifest and (digests.of_value(manifest["result"]) in used or str(folder) in places)
        if at < past.since.timestamp() and not wanted and folder.parent.name != "reproduce":
            yield folder


def _kept_results(night: Night, past: Past) -> Iterator[dict[str, Any]]:
    """As written, by any version of Daybreak: of every night but the older ones, so also of one that still waits.

    The champion's night is kept however old: a later one may go on from its torch model.
    """
    older = {record.run_id for record in past.older} - {past.champion}
    for path in night.settings.runs(night.project).glob(f"*/{RESULTS}"):
        if path.parent.name not in older:
            yield json.loads(path.read_text(encoding="utf-8"))


def _digests(results: dict[str, Any]) -> Iterator[str]:
    """What the steps yielded, as digests: a finished step is known by its result."""
    evidence = results.get("evidence") or {}
    values = [results.get(name) for name in ("swept", "model", "compared", "published", "exported", "judgement")]
    values += [evidence.get(name) for name in ("candidate", "champion", "anchor")]
    return (digests.of_value(value) for value in values if value)


def _tokens(night: Night, past: Past) -> Iterator[Path]:
    """Made again in seconds where one is still wanted."""
    for folder in night.cache.glob("*/*"):
        if folder.parent.name != CHECKPOINTS and folder.stat().st_mtime < past.since.timestamp():
            yield folder


def _checkpoints(night: Night) -> Iterator[Path]:
    """Where trainings stood that were killed; one that ends takes its own away."""
    before = time.time() - RESUMED_SECONDS
    for folder in night.cache.glob(f"{CHECKPOINTS}/*"):
        if max(each.stat().st_mtime for each in (folder, *folder.glob("*"))) < before:
            yield folder


def _dossiers(night: Night, past: Past) -> Iterator[Path]:
    for record in past.older:
        for name in ("dossier", *CURVES) if record.run_id not in past.released else CURVES:
            folder = night.settings.runs(night.project) / record.run_id / name
            if folder.is_dir():
                yield folder


def _models(night: Night, past: Past) -> Iterator[Path]:
    """Files of candidates that were not released and whose night is not kept; never of an encoder."""
    every = night.settings.runs(night.project).glob(f"*/{RESULTS}")
    published = [json.loads(path.read_text(encoding="utf-8")).get("published") for path in every]
    wanted = {each["sha256"] for each in published if each}
    wanted |= {move.model_sha256 for move in past.moves if move.outcome in FOR_GOOD}
    exported = [results["exported"] for results in _kept_results(night, past) if results.get("exported")]
    wanted |= {ExportRef.model_validate(each).shipped.sha256 for each in exported}
    for folder in night.settings.models(night.project).glob("*"):
        if folder.name not in wanted and folder.stat().st_mtime < past.since.timestamp():
            yield folder


def _leftovers(night: Night) -> Iterator[Path]:
    """What processes that were killed had set aside, in the project's models and where Ray kept its sockets."""
    from daybreak.tuning import search

    before = time.time() - ABANDONED_SECONDS
    aside = [*night.settings.models(night.project).glob(f"*{PARTIAL}"), *night.store.root.glob("reproduce/*")]
    for folder in (*aside, *search.scratch_folders()):
        if folder.stat().st_mtime < before:
            yield folder


def _forget(night: Night, past: Past, dry_run: bool) -> tuple[int, int]:
    """Runs and bytes that go from MLflow."""
    if not past.older:
        return 0, 0
    from daybreak.tracking import cleaning

    nights = {record.run_id for record in past.older} - past.released
    settings = night.settings
    done = cleaning.forget(
        settings.mlflow, settings.mlflow_artifacts, night.project, before=past.since, nights=nights, dry_run=dry_run
    )
    return done.runs, done.bytes


def _shrink(url: str) -> int:
    """Write a SQLite file anew where much of it is free, unless somebody is at it; returns the bytes that brings."""
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not path.is_file():
        return 0
    before = path.stat().st_size
    with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(path, timeout=1)) as file:
        pages, free = (file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
        if free > WORTHWHILE * pages:
            file.execute("VACUUM")
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return max(0, before - path.stat().st_size)


def _remove(folder: Path) -> None:
    """Under another name first: a folder that is half gone must not be taken for a whole one."""
    aside = folder if folder.name.endswith(PARTIAL) else folder.with_name(folder.name + PARTIAL)
    with contextlib.suppress(OSError):
        folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.lstat().st_size for file in files if not file.is_dir())
