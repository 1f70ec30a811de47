"""Share data versions: tags with the git remote `origin`, files with dvc's default remote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import Field

from daybreak.data.versioning import cache, git, pipeline, tags, workspace
from daybreak.data.versioning import pin as pins
from daybreak.data.versioning.tags import DataVersion
from daybreak.errors import DaybreakError, ProjectError, StepFailed
from daybreak.records import Project, Record

ORIGIN = "origin"
SEEN = "refs/daybreak/origin/"  # where origin's tags are kept for comparison, beside the user's own tags
SHARED = "shared.json"  # tag objects whose files have reached dvc's remote
QUIETLY = ("--quiet", "--atomic", "--no-verify")  # the user's hooks are for the user's pushes
ATTEMPTS = 3  # somebody else may push between our look and our push
AT_ONCE = 2000  # digests that fit into one argument of a command
FOLDER = "daybreak"  # in the remote, beside dvc's own files


class Pushed(Record):
    """What was shared. `moved` maps numbers of ours that others had taken to those they have now.

    `reason` says in a sentence what could not be shared; what was not goes with the next push.
    """

    tags: tuple[str, ...] = ()
    moved: dict[int, int] = Field(default_factory=dict)
    versions: tuple[int, ...] = ()
    reason: str = ""


def configured(project: Project) -> bool:
    """Whether `dvc remote add -d NAME URL` was run here: the one setting that data are shared by. Starts no process."""
    return pipeline.has_remote(project.root)


def push(project: Project, *, wait_seconds: float = 10.0, seconds: float = pipeline.REMOTE_SECONDS) -> Pushed:
    """Share every version that is not shared yet, tags first, if dvc has a default remote; else share nothing.

    Never raises for a remote that fails: `reason` says it. Tags go to `origin`, with the commits that they stand on.

    A version is known by its digest: where others gave its number to other data, ours takes the next free one.
    """
    if not configured(project):
        return Pushed()
    sent: tuple[str, ...] = ()
    moved: dict[int, int] = {}
    try:
        sent = _push_tags(project, moved) if _has_origin(project.root) else ()
        versions = _push_files(project, wait_seconds, seconds)
        return Pushed(tags=sent, moved=moved, versions=versions)
    except DaybreakError as error:
        return Pushed(tags=sent, moved=moved, reason=f"data versions were not shared: {error.found}")


def fetch_tags(project: Project) -> bool:
    """Bring versions that others made: tags of numbers that are free here. True if there were any.

    Raises StepFailed when origin does not answer.
    """
    if not _has_origin(project.root):
        return False
    ours, theirs = _objects(project, "refs/tags/"), _look(project)
    news = {number: entry for number, entry in theirs.items() if number not in ours}
    for number, entry in news.items():
        git.run(project.root, "update-ref", tags.name_of(project, number), entry, "")
    return bool(news)


def copy_to_remote(project: Project, files: Mapping[str, Path], below: str, *, wait_seconds: float = 10.0) -> str:
    """Copy files to `daybreak/PROJECT/<below>/<name>` in dvc's remote, whatever its kind; returns that place's path.

    Each replaces the one of its name, whole or not at all where the remote can move a file. Raises ProjectError without
    a remote, StepFailed when it does not answer.
    """
    if not configured(project):
        raise ProjectError("there is no remote for data", "one", "Name it with `dvc remote add -d NAME URL`")
    place = "/".join((FOLDER, project.name, below))
    named = json.dumps({f"{place}/{name}": str(path.resolve()) for name, path in files.items()})
    code, lines = pipeline.dvc(
        project.root, named, wait_seconds=wait_seconds, seconds=pipeline.REMOTE_SECONDS, program=("-c", COPY)
    )
    if code:
        raise StepFailed(f"copying to the remote failed: {lines[-1] if lines else f'exit code {code}'}")
    return place


COPY = """
import json, sys
from dvc.repo import Repo
remote = Repo().cloud.get_remote()
fs = remote.fs
for name, path in json.loads(sys.argv[1]).items():
    target = fs.join(remote.path, *name.split("/"))
    fs.makedirs(fs.parent(target))
    fs.put_file(path, target + ".part")
    fs.move(target + ".part", target)
"""


def erase(project: Project, objects: Iterable[str], *, wait_seconds: float = 10.0) -> None:
    """Delete files of these MD5 digests from dvc's remote; one that is not there is no error. Raises StepFailed."""
    digests = sorted(objects)
    for start in range(0, len(digests), AT_ONCE):
        named = json.dumps(digests[start : start + AT_ONCE])
        code, lines = pipeline.dvc(
            project.root, named, wait_seconds=wait_seconds, seconds=pipeline.REMOTE_SECONDS, program=("-c", ERASE)
        )
        if code:
            raise StepFailed(f"erasing from the remote failed: {lines[-1] if lines else f'exit code {code}'}")


ERASE = """
import json, sys
from dvc.repo import Repo
odb = Repo().cloud.get_remote_odb(hash_name="md5")
for digest in json.loads(sys.argv[1]):
    path = odb.oid_to_path(digest)
    if odb.fs.exists(path):
        odb.fs.remove(path)
"""


def _has_origin(root: Path) -> bool:
    return ORIGIN in git.run(root, "remote").split()


def _push_tags(project: Project, moved: dict[int, int]) -> tuple[str, ...]:
    for attempt in range(ATTEMPTS):
        theirs = _look(project)
        moved |= _give_way(project, theirs)
        numbers = sorted(number for number in _objects(project, "refs/tags/") if number not in theirs)
        newer = _newer(tags.history(project), tags.versions_below(project, SEEN))
        if not numbers and not newer:
            return ()
        refs = [tags.name_of(project, number) for number in numbers]
        leases = [f"--force-with-lease={tags.name_of(project, number)}:{theirs[number]}" for number in newer]
        refs += [f"+{tags.name_of(project, number)}" for number in newer]
        try:
            git.run(project.root, "push", *QUIETLY, *leases, ORIGIN, *refs, seconds=git.OFFLINE_SECONDS)
            return tuple(f"{project.tag_prefix}{number}" for number in sorted({*numbers, *newer}))
        except StepFailed as error:
            if attempt == ATTEMPTS - 1 or "rejected" not in error.found:
                raise
    return ()


def _newer(ours: Iterable[DataVersion], theirs: Iterable[DataVersion]) -> list[int]:
    """Numbers under which the others still have rows that were forgotten here."""
    digests = {found.version: found.digest for found in theirs}
    return [found.version for found in ours if digests.get(found.version) in found.replaces]


def _look(project: Project) -> dict[int, str]:
    """Tag objects of origin's versions, by number; fetched beside the user's own tags."""
    refs = f"+refs/tags/{project.tag_prefix}*:{SEEN}{project.tag_prefix}*"
    options = ("--quiet", "--no-tags", "--prune", "--no-write-fetch-head")
    git.run(project.root, "fetch", *options, ORIGIN, refs, seconds=git.OFFLINE_SECONDS)
    return _objects(project, SEEN)


def _give_way(project: Project, theirs: Mapping[int, str]) -> dict[int, int]:
    """Numbers of ours that origin gave to other data, and their new ones; origin's tags take their old places.

    Of a version of which one side forgot rows, the one without them is right, and keeps its number.
    """
    ours = {found.version: found for found in tags.history(project)}
    known = {found.version: found for found in tags.versions_below(project, SEEN)}
    by_digest = {found.digest: number for number, found in known.items()}
    moved: dict[int, int] = {}
    for number, found in sorted(ours.items()):
        other = known.get(number)
        if number not in theirs or (other and (found.digest == other.digest or other.digest in found.replaces)):
            continue
        if other and found.digest in other.replaces:
            git.run(project.root, "update-ref", tags.name_of(project, number), theirs[number])
            continue
        free = 1 + max({*theirs, *ours, *moved.values()})
        moved[number] = by_digest.get(found.digest, free)
        _renumber(project, found, moved[number], theirs)
    return moved


def _renumber(project: Project, found: DataVersion, number: int, theirs: Mapping[int, str]) -> None:
    """Give our version another number, and its old one to origin's. The new tag comes first, so that none is lost."""
    if number in theirs:
        git.run(project.root, "update-ref", tags.name_of(project, number), theirs[number])
    else:
        commit = git.run(project.root, "rev-parse", f"{tags.name_of(project, found.version)}^{{commit}}").strip()
        tags.put(project, found.model_copy(update={"version": number}), commit)
    git.run(project.root, "update-ref", tags.name_of(project, found.version), theirs[found.version])
    pin = pins.pinned(project)
    if pin and pin.before and pin.version == found.version:
        pins.write(project, pin.model_copy(update={"version": number}))


def _push_files(project: Project, wait_seconds: float, seconds: float) -> tuple[int, ...]:
    """Versions whose files lie in the cache here; those of the others are for the machines that made them to share."""
    place = project.data / SHARED
    shared = set(json.loads(workspace.content(place) or b"[]"))
    objects = _objects(project, "refs/tags/")
    unshared = {found.version for found in tags.history(project) if objects[found.version] not in shared}
    here = sorted(unshared & cache.complete(project, unshared, wait_seconds)) if unshared else []
    if here:
        names = [tags.name_of(project, number) for number in here]
        pipeline.transfer(project.root, "push", names, wait_seconds=wait_seconds, seconds=seconds)
        _write(place, shared.union(objects[number] for number in here))
    return tuple(here)


def _write(place: Path, shared: Iterable[str]) -> None:
    workspace.put(place, f"{json.dumps(sorted(shared), indent=0)}\n".encode())


def _objects(project: Project, below: str) -> dict[int, str]:
    """Number and tag object of everything that looks like a version below a place for refs."""
    place = f"{below}{project.tag_prefix}"
    lines = git.run(project.root, "for-each-ref", "--format=%(objectname) %(refname)", place).splitlines()
    pairs = [line.split(" ", 1) for line in lines]
    named = {name.removeprefix(place): entry for entry, name in pairs}
    return {int(end): entry for end, entry in named.items() if end.isdecimal()}
