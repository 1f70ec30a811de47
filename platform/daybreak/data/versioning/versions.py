"""Data versions: prepare, compare, remember."""

from __future__ import annotations

from typing import Any

from daybreak.data import stage, tables
from daybreak.data.admitting import admission, incoming
from daybreak.data.held_out import release_set
from daybreak.data.versioning import forgetting, lockfile, pipeline, rollback, tags, workspace
from daybreak.data.versioning import pin as pins
from daybreak.data.versioning.git import commit_of, committed, is_dirty, require_commit
from daybreak.data.versioning.pipeline import STAGES, Progress
from daybreak.data.versioning.tags import DataVersion, history
from daybreak.errors import DataError
from daybreak.records import DatasetRef, Project

__all__ = [
    "STAGES",
    "DataVersion",
    "Progress",
    "commit_of",
    "committed",
    "history",
    "is_dirty",
    "listing",
    "prepare",
    "status",
    "summary",
    "versions",
]


def prepare(project: Project, progress: Progress | None = None, wait_seconds: float = 10.0) -> DatasetRef:
    """Admit what is new, run the stages that are out of date, and give the result a version unless it has one.

    While the data are rolled back, they are the answer: nothing is admitted and no stage runs. Changes no branch, index
    or file of the user's but dvc.lock and data/, and when it raises, not these either. `wait_seconds` bounds the wait
    for another run's dvc. Raises BadInput (source, params, project, Busy) or StepFailed.
    """
    require_commit(project.root)
    if pin := pins.pinned(project):
        return rollback.hold(project, pin, wait_seconds)
    params = stage.section(project.root, "ingest")
    with workspace.all_or_nothing(project):
        try:
            incoming.take_in(project)
            admission.admit(project.root, params)
            forgetting.keep_out(project)
            _require_release_set(project)
            if not lockfile.is_current(project.root):
                workspace.recall_split(project, wait_seconds)
                pipeline.repro(project.root, progress or (lambda _share, _stage: None), wait_seconds)
            return workspace.reference(project, _remember(project))
        except OSError as error:
            if full := stage.full_disk(error):
                raise full from error
            raise


def status(project: Project) -> DatasetRef | None:
    """The prepared data version if nothing that it depends on has changed since, else None; starts no dvc.

    While the data are rolled back, nothing but the data themselves counts.
    """
    digest = workspace.digest(project)
    if pin := pins.pinned(project):
        found = next((each for each in history(project) if each.version == pin.version), None)
        return workspace.reference(project, found) if found and found.digest == digest else None
    try:
        if not lockfile.is_current(project.root):
            return None
        if not (
            incoming.is_current(project) and admission.is_current(project.root, stage.section(project.root, "ingest"))
        ):
            return None
    except DataError:  # the source is gone or damaged: preparing says what is wrong
        return None
    found = tags.find_by_digest(project, digest)
    return workspace.reference(project, found) if found else None


def versions(project: Project) -> list[dict[str, Any]]:
    """Every data version of the project, oldest first: `version, digest, at, rows, current`, ready for JSON."""
    present = current(project)
    return [
        found.model_dump(mode="json", exclude={"labels", "replaces"}) | {"current": found.version == present}
        for found in history(project)
    ]


def listing(project: Project) -> dict[str, Any]:
    """What `daybreak data versions` tells: the versions, the rollback that lasts if any, and how many files wait."""
    pin = pins.pinned(project)
    told = pin.model_dump(mode="json", exclude={"before"}) if pin else None
    return {"versions": versions(project), "rolled_back": told, "waiting": incoming.waiting(project)}


def current(project: Project) -> int | None:
    """Number of the version whose data lie in the project's folder, whether or not they are up to date."""
    if pin := pins.pinned(project):
        return pin.version
    found = tags.find_by_digest(project, workspace.digest(project))
    return found.version if found else None


def summary(project: Project) -> dict[str, Any]:
    """What `daybreak data prepare` tells about the prepared data. Raises DataError when there is none."""
    report = project.data / "describe" / "report.json"
    number = current(project) if report.is_file() else None
    if number is None:
        raise DataError(f"project {project.name} has no prepared data", "a data version", "Run `daybreak data prepare`")
    found = tags.find(project, number)
    facts = tables.read_json(report)
    leakage = {key: facts["leakage"][key] for key in ("pairs", "max_similarity", "threshold")}
    told = {key: facts[key] for key in ("rows", "quarantined_by_rule", "baseline", "splits", "clusters", "labels")}
    return {
        "data_version": found.version,
        "data_digest": found.digest,
        **told,
        "leakage": leakage,
        "report": str(report.with_suffix(".html")),
        **{key: value for key, value in listing(project).items() if key != "versions"},
    }


def _require_release_set(project: Project) -> None:
    """Whether or not a stage runs: a release set that was edited stops the preparation."""
    if digest := stage.section(project.root, "split").release_set:
        release_set.load(project.root, digest)


def _remember(project: Project) -> DataVersion:
    facts = tables.read_json(project.data / "describe" / "report.json")
    found = tags.remember(project, workspace.digest(project), facts["labels"], facts["rows"])
    pins.note(project)
    return found
