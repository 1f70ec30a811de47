"""Does a past run again, from its record alone, and says whether the same bits came out."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import Field

from daybreak import night as steps
from daybreak import progress
from daybreak.errors import ParamsError
from daybreak.night import EXPORT_TEXTS, Night
from daybreak.progress import Reporter
from daybreak.records import DatasetRef, Record
from daybreak.reproducing import comparing, past
from daybreak.reproducing import room as rooms
from daybreak.reproducing.past import Past


class Reproduction(Record):
    """`identical`: weights, artifact and metrics are those of the run, bit for bit.

    `differences` is empty then. Else it names what differs, first the circumstances that can be the cause (settings,
    code, packages, machine, base), then the outcomes with the size of the difference; `distance` is that of the weights
    in numbers. `circumstances` are named in either case. `artifact_sha256` is "" for a run that exported nothing.
    """

    run_id: str
    identical: bool
    differences: tuple[str, ...]
    circumstances: tuple[str, ...]
    data_version: int
    commit: str
    weights_sha256: str
    artifact_sha256: str
    metrics: dict[str, float]
    distance: dict[str, float] = Field(default={})


def reproduce(
    night: Night,
    run_id: str | None,
    report: Reporter = progress.report,
    *,
    overrides: tuple[str, ...] = (),
    borrow: bool = False,
) -> Reproduction:
    """Train the run's winner again from its data version, params, seeds and commit, in its own folder, and compare.

    The commit's own code runs, never today's, with the packages of its lock file (today's, with `borrow`).
    `overrides` change `section.key` settings on purpose, to see what hangs on them. Nothing is reused and nothing of
    the project is changed. Raises BadInput for a run that is unknown or trained nothing, ParamsError for settings that
    the run's code refuses, DataError where its data cannot be had, ModelError where its base cannot.
    """
    found = past.change(past.read(night, run_id), overrides)
    _demand_sections(found)
    place = night.store.root / "reproduce"
    place.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=place) as scratch:
        folder = Path(scratch)
        dataset = _take(night, found, folder)
        with steps.accelerator(night), rooms.opened(night, found.record, place, borrow=borrow, report=report) as room:
            answer = room.ask(_request(found, dataset), folder, report)
        return _compare(night, found, answer, dataset, comparing.circumstances(night, found, answer, room, overrides))


def _take(night: Night, found: Past, folder: Path) -> DatasetRef:
    from daybreak.data.versioning import snapshot

    version = int(found.results["dataset"]["version"])
    return snapshot.take(night.project, version, folder / "data", night.settings.lock_wait_seconds)


def _demand_sections(found: Past) -> None:
    for name in ("model", "training", *(("exporting",) if found.shipped else ())):
        if name not in found.params:
            what = f"run {found.record.run_id} recorded no section {name}"
            raise ParamsError(what, "the params it was made by", "See its params.json")


def _request(found: Past, dataset: DatasetRef) -> dict[str, Any]:
    return {
        "run": found.record.run_id,
        "dataset": dataset.model_dump(mode="json"),
        "model": found.params["model"],
        "training": found.params["training"],
        "best": (found.results.get("swept") or {}).get("best", {}),
        "exporting": found.params["exporting"] if found.shipped else None,
        "texts": EXPORT_TEXTS,
        "provenance": found.provenance if found.shipped else {},
    }


def _compare(
    night: Night, found: Past, answer: dict[str, Any], dataset: DatasetRef, circumstances: list[str]
) -> Reproduction:
    outcomes = list(comparing.outcomes(found, answer))
    apart: dict[str, float] = {}
    if answer["model"]["sha256"] != found.model["sha256"]:
        apart = comparing.distance(Path(answer["model"]["path"]), Path(found.model["path"]))
        outcomes.insert(1, comparing.in_words(apart))
    return Reproduction(
        run_id=found.record.run_id,
        identical=not outcomes,
        differences=(*circumstances, *outcomes) if outcomes else (),
        circumstances=tuple(circumstances),
        data_version=dataset.version,
        commit=found.record.commit,
        weights_sha256=answer["model"]["sha256"],
        artifact_sha256=answer["shipped"]["sha256"] if answer["shipped"] else "",
        metrics=answer["metrics"],
        distance=apart,
    )
