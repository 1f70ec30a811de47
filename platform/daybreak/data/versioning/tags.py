"""Data versions as git tags: each stands on top of HEAD and holds the files that say what was prepared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from daybreak.data.held_out import release_set
from daybreak.data.versioning import git
from daybreak.errors import Busy, DataError, ProjectError, StepFailed
from daybreak.records import Project, Record

# What a data version's commit holds of the preparation rather than of HEAD. dvc.yaml belongs to it because dvc.lock
# speaks of its stages: where the user changed it without a commit, HEAD's would not fit.
RECORDED = ("dvc.yaml", "dvc.lock", "params.yaml", "data/sources.yaml")


class DataVersion(Record):
    """One tag of a project: the data it stands for, and how many rows went where.

    `replaces` are the digests it had before rows of it were forgotten.
    """

    version: int
    digest: str
    at: datetime
    rows: dict[str, int]
    labels: tuple[str, ...]
    replaces: tuple[str, ...] = ()


def history(project: Project) -> list[DataVersion]:
    """Every data version of the project, oldest first."""
    return versions_below(project, "refs/tags/")


def versions_below(project: Project, place: str) -> list[DataVersion]:
    """Every data version whose tag lies below this place for refs, oldest first."""
    return sorted((found for found in _tags(project, place) if found), key=lambda found: found.version)


def find(project: Project, version: int) -> DataVersion:
    """The data version of this number. Raises DataError, listing those that are there."""
    known = history(project)
    for found in known:
        if found.version == version:
            return found
    there = ", ".join(str(found.version) for found in known) or "none yet"
    remedy = "See `daybreak data versions`; versions of another clone come with `git fetch --tags`"
    raise DataError(f"project {project.name} has no data version {version}", f"one of: {there}", remedy)


def find_by_digest(project: Project, digest: str) -> DataVersion | None:
    """The newest data version with these prepared data."""
    same = [found for found in history(project) if digest and found.digest == digest]
    return same[-1] if same else None


def name_of(project: Project, version: int) -> str:
    """The tag of a data version, as git spells it in full."""
    return f"refs/tags/{project.tag_prefix}{version}"


def recorded(project: Project, version: int, file: str) -> bytes:
    """One of the files that a data version records, byte for byte. Raises DataError for a tag without it."""
    found = git.content(project.root, name_of(project, version), file)
    if found is None:
        raise DataError(f"the tag {project.tag_prefix}{version} holds no {file}", "the tag that Daybreak made")
    return found


def remember(project: Project, digest: str, labels: Sequence[str], rows: Mapping[str, int]) -> DataVersion:
    """The version that stands for these prepared data; a new tag if no version has this digest."""
    commit = ""
    made = DataVersion(version=0, digest=digest, at=datetime.now(UTC), rows=dict(rows), labels=tuple(labels))
    for _ in range(5):  # somebody else may take the number first
        if found := find_by_digest(project, digest):
            return found
        files = {name: (project.root / name).read_bytes() for name in (*RECORDED, *_judging(project))}
        commit = commit or commit_files(project, "HEAD", files, f"Data of {project.name}: SHA-256 {digest}")
        number = 1 + max(numbers(project), default=0)
        try:
            put(project, made.model_copy(update={"version": number}), commit)
        except StepFailed as error:
            if "already exists" not in error.found:
                raise
    if found := find_by_digest(project, digest):
        return found
    raise Busy(f"tags {project.tag_prefix}* keep changing", "one run at a time", "Run again")


def _judging(project: Project) -> list[str]:
    """The release set that the preparation kept out, where there is one: params.yaml knows it by its digest alone."""
    return [name for name in (release_set.FILE.as_posix(),) if (project.root / name).is_file()]


def message(project: Project, found: DataVersion) -> str:
    """What the tag of a version says: a line for people, and one of JSON."""
    title = f"Data version {found.version} of {project.name}: {found.rows['kept']} rows, SHA-256 {found.digest[:12]}"
    body = found.model_dump(mode="json", exclude={"version", "at"}, exclude_defaults=True)
    return f"{title}\n\n{json.dumps(body, ensure_ascii=False)}\n"


def put(project: Project, found: DataVersion, commit: str, *, moved: bool = False) -> None:
    """Make the tag of a data version, or move the one that is there if `moved`."""
    name = f"{project.tag_prefix}{found.version}"
    dated = {"GIT_COMMITTER_DATE": f"{int(found.at.timestamp())} +0000"}
    options = ("-a", "--no-sign", *(["--force"] if moved else []), "-F", "-")
    try:
        git.run(project.root, "tag", *options, name, commit, given=message(project, found), extra=dated)
    except StepFailed as error:
        if "cannot lock ref" not in error.found and "cannot create" not in error.found:
            raise
        outer = project.tag_prefix.rstrip("/")
        remedy = f"Rename it: `git tag NAME {outer} && git tag -d {outer}`"
        raise ProjectError(f"a tag of your own stands in the way of {name}", "", remedy) from error


def commit_files(project: Project, tree: str, files: Mapping[str, bytes], title: str, parent: str = "HEAD") -> str:
    """A commit on top of `parent`: the files of `tree`, with these (relative to the project) put in.

    Made beside the user's index and branch.
    """
    root = project.root
    prefix = git.run(root, "rev-parse", "--show-prefix").rstrip("\n")
    with TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.run(root, "read-tree", tree, extra=index)
        for name, content in files.items():
            blob = git.run(root, "hash-object", "-w", "--stdin", "--path", name, given=content).strip()
            git.run(root, "update-index", "--add", "--cacheinfo", f"100644,{blob},{prefix}{name}", extra=index)
        made = git.run(root, "write-tree", extra=index).strip()
    return git.run(root, "commit-tree", made, "-p", parent, "-m", title).strip()


def numbers(project: Project) -> list[int]:
    """Every number that is taken, also by tags that Daybreak did not make."""
    names = git.run(project.root, "for-each-ref", "--format=%(refname)", f"refs/tags/{project.tag_prefix}").split()
    ends = [name.removeprefix(f"refs/tags/{project.tag_prefix}") for name in names]
    return [int(end) for end in ends if end.isdecimal()]


def parse(number: str, at: str, text: str) -> DataVersion | None:
    """A tag as a version, or None for a tag that Daybreak did not make."""
    try:
        body = json.loads(text.strip().rpartition("\n")[2])
        return DataVersion(version=int(number), at=datetime.fromtimestamp(int(at), UTC), **body)
    except (ValueError, TypeError):
        return None


def _tags(project: Project, place: str) -> Iterator[DataVersion | None]:
    layout = "--format=%(refname)%00%(taggerdate:unix)%00%(contents)%00"
    fields = git.run(project.root, "for-each-ref", layout, f"{place}{project.tag_prefix}").split("\0")
    for name, at, text in zip(fields[0::3], fields[1::3], fields[2::3], strict=False):
        yield parse(name.strip().removeprefix(f"{place}{project.tag_prefix}"), at, text)
