"""Roll data back to an earlier version, keep them there, and go on from the newest when asked."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from daybreak.data import sections, stage
from daybreak.data.versioning import cache, git, pipeline, remote, tags, workspace
from daybreak.data.versioning import pin as pins
from daybreak.data.versioning.pin import Before, Pin, pinned
from daybreak.errors import BadInput, DataError, DaybreakError, StepFailed
from daybreak.records import DatasetRef, Project

__all__ = ["Pin", "forward", "hold", "pinned", "rollback"]

JOURNAL = "rollbacks.jsonl"
Files = Mapping[str, bytes | None]  # path in the project to what it shall hold, None for not there


def rollback(project: Project, version: int, *, reason: str, actor: str, wait_seconds: float = 10.0) -> DatasetRef:
    """Make the prepared data those of an earlier version, and keep them so until `forward`.

    Changes dvc.lock, data/sources.yaml, the data and the data stages' sections of params.yaml, and nothing else; edits
    of those sections come back on `forward`. When it raises, everything is as before: DataError for an unknown version,
    for data changed by hand and for files that neither cache nor remote has, Busy when dvc's lock is held.
    """
    _require(reason, actor)
    git.require_commit(project.root)
    found = _find(project, version)
    cache.files_of(project, version, wait_seconds)
    now = datetime.now(UTC)
    pin = Pin(version=version, reason=reason, actor=actor, at=now, before=_before(project, pinned(project)))
    params = _with_sections(project, _sections_of(project, version))
    wanted = {workspace.PARAMS: params, **_recorded(project, version)}
    _move(project, wanted, pin, found.digest, wait_seconds)
    _journal(project, "rollback", version, reason, actor)
    return workspace.reference(project, found)


def forward(project: Project, *, actor: str, wait_seconds: float = 10.0) -> None:
    """End the rollback: data and settings are again those from before it, and the next preparation goes on from there.

    An edit made to a data section while rolled back stays. When it raises, everything is as before: DataError when
    nothing is rolled back, ParamsError for a section changed both before and during the rollback, Busy.
    """
    _require("-", actor)
    pin = pinned(project)
    if pin is None:
        raise DataError(f"the data of project {project.name} are not rolled back", "", "Nothing needs to be done")
    before = pin.before or _newest(project)
    if newest := tags.find_by_digest(project, before.digest):
        cache.files_of(project, newest.version, wait_seconds)
    kept = sections.merge(_sections_of(project, pin.version), _sections_now(project), before.sections)
    files = {workspace.SOURCES: _bytes(before.sources), workspace.LOCK: _bytes(before.lock)}
    wanted = {workspace.PARAMS: _with_sections(project, kept), **files}
    _move(project, wanted, None, before.digest, wait_seconds)
    _journal(project, "forward", pin.version, pin.reason, actor)


def hold(project: Project, pin: Pin, wait_seconds: float = 10.0) -> DatasetRef:
    """The data of a rollback that lasts, put back if they are not there whole: it was killed, or files were changed."""
    found = tags.find(project, pin.version)
    if workspace.digest(project) != found.digest:
        cache.files_of(project, pin.version, wait_seconds)
        _move(project, _recorded(project, pin.version), pin, found.digest, wait_seconds)
    return workspace.reference(project, found)


def moves(project: Project) -> list[dict[str, object]]:
    """Every rollback and forward of the project's data, oldest first."""
    kept = workspace.content(project.data / JOURNAL) or b""
    return [json.loads(line) for line in kept.decode("utf-8").splitlines() if line.strip()]


def _find(project: Project, version: int) -> tags.DataVersion:
    """The version, also one that so far only origin knows."""
    try:
        return tags.find(project, version)
    except DataError:
        with contextlib.suppress(StepFailed):
            remote.fetch_tags(project)
        return tags.find(project, version)


def _require(reason: str, actor: str) -> None:
    for name, given in (("reason", reason), ("name", actor)):
        if not given.strip():
            raise BadInput(f"a rollback without a {name}", "who did it and why, for those who come after", "Give both")


def _before(project: Project, standing: Pin | None) -> Before:
    """What `forward` brings back: today's state, or the first rollback's with the edits made since."""
    if standing is None:
        files = (workspace.content(project.root / name) for name in (workspace.LOCK, workspace.SOURCES))
        lock, admitted = (None if file is None else file.decode("utf-8") for file in files)
        return Before(lock=lock, sources=admitted, sections=_sections_now(project), digest=workspace.digest(project))
    before = standing.before or _newest(project)
    base = _sections_of(project, standing.version)
    return before.model_copy(update={"sections": sections.merge(base, _sections_now(project), before.sections)})


def _newest(project: Project) -> Before:
    """What `forward` brings back after a rollback by hand, which left no record of what was there."""
    newest = tags.history(project)[-1]
    files = {name: content.decode("utf-8") for name, content in _recorded(project, newest.version).items()}
    kept = _sections_of(project, newest.version)
    lock, admitted = files[workspace.LOCK], files[workspace.SOURCES]
    return Before(lock=lock, sources=admitted, sections=kept, digest=newest.digest)


def _recorded(project: Project, version: int) -> dict[str, bytes]:
    """The two files that name a version's data; sources first, since dvc.lock speaks of it."""
    return {name: tags.recorded(project, version, name) for name in (workspace.SOURCES, workspace.LOCK)}


def _sections_of(project: Project, version: int) -> dict[str, str | None]:
    text = tags.recorded(project, version, workspace.PARAMS).decode("utf-8")
    return sections.take(text, pipeline.STAGES)


def _sections_now(project: Project) -> dict[str, str | None]:
    return sections.take(_text(project), pipeline.STAGES)


def _with_sections(project: Project, wanted: sections.Sections) -> bytes:
    return sections.replace(_text(project), wanted).encode()


def _text(project: Project) -> str:
    return project.params_file.read_bytes().decode("utf-8")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _move(project: Project, wanted: Files, pin: Pin | None, digest: str, wait_seconds: float) -> None:
    """Write the files and bring the data; on any error everything is put back.

    A rollback's pin is written first and ends last: of a process that was killed between the two, the next preparation
    finds the pin and completes it.
    """
    before = {name: workspace.content(project.root / name) for name in wanted}
    standing = workspace.content(project.data / pins.PIN)
    held = workspace.digest(project)
    try:
        if pin and pin.actor != pins.BY_HAND:
            pins.write(project, pin)
        for name, content in wanted.items():
            workspace.put(project.root / name, content)
        stage.section(project.root, "ingest")  # params.yaml must be one that Daybreak can still read
        if digest:
            pipeline.checkout(project.root, wait_seconds)
        if workspace.digest(project) != digest and digest:
            raise StepFailed("the data that dvc put there are not those of the version", f"SHA-256 {digest[:12]}")
        pins.note(project)
        if pin is None:
            pins.write(project, None)
    except BaseException as error:
        _undo(project, wanted, before)
        workspace.put(project.data / pins.PIN, standing)
        if workspace.digest(project) != held and isinstance(error, DaybreakError):
            remedy = f"{error.remedy.rstrip('.')}; the data prepared before could not be put back".removeprefix("; ")
            raise type(error)(error.found, error.expected, remedy) from error
        raise


def _undo(project: Project, wanted: Files, before: Files) -> None:
    """Put back what is still as we wrote it; whatever else stands there is somebody else's."""
    changed = [name for name in wanted if workspace.content(project.root / name) == wanted[name] != before[name]]
    for name in changed:
        workspace.put(project.root / name, before[name])
    if workspace.LOCK in changed and before[workspace.LOCK] is not None:
        try:
            pipeline.checkout(project.root, 0.0)
        except DaybreakError:
            return  # the caller looks whether the data are what they were


def _journal(project: Project, action: str, version: int, reason: str, actor: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    line = {"at": now, "action": action, "version": version, "reason": reason, "actor": actor}
    with (project.data / JOURNAL).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
