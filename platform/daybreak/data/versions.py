"""Data versions: prepare, compare, remember. The only door to dvc and git."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from daybreak import digests
from daybreak.data import admission, lockfile, sources, stage, tables
from daybreak.errors import Busy, DataError, DaybreakError, ProjectError, StepFailed
from daybreak.leash import Child, leashed
from daybreak.records import DatasetRef, Project, Record

Progress = Callable[[float, str], None]  # is told the share done, 0..1, and the stage that starts

STAGES = ("ingest", "clean", "dedupe", "split", "describe")
SPLITS = ("train", "validation", "test")
RECORDED = ("dvc.yaml", "dvc.lock", "params.yaml", "data/sources.yaml")  # what a data version's commit holds of now
LOCK = Path("dvc.lock")
LOCKED = ("Unable to acquire lock", "it is being blocked by")
IDENTITY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Daybreak"), ("EMAIL", "daybreak@localhost"))
}
FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")  # set inside git hooks, for another repository


class DataVersion(Record):
    """One tag of a project: the data it stands for, and how many rows went where."""

    version: int
    digest: str
    at: datetime
    rows: dict[str, int]
    labels: tuple[str, ...]


def prepare(project: Project, progress: Progress | None = None, wait_seconds: float = 10.0) -> DatasetRef:
    """Admit the source, run the stages that are out of date, and give the result a version unless it has one.

    Changes no branch, index or file of the user's but dvc.lock and data/, and when it raises, not these either.
    `wait_seconds` bounds the wait for another run's dvc. Raises BadInput (source, params, project, Busy) or StepFailed.
    """
    _require_commit(project.root)
    params = stage.section(project.root, "ingest")
    with _all_or_nothing(project):
        try:
            admission.admit(project.root, params)
            if not lockfile.is_current(project.root):
                _reproduce(project, progress or (lambda _share, _stage: None), wait_seconds)
            return _reference(project, _remember(project))
        except OSError as error:
            if full := stage.full_disk(error):
                raise full from error
            raise


def status(project: Project) -> DatasetRef | None:
    """The prepared data version if nothing that it depends on has changed since, else None; starts no dvc."""
    try:
        if not lockfile.is_current(project.root):
            return None
        if not admission.is_current(project.root, stage.section(project.root, "ingest")):
            return None
    except DataError:  # the source is gone or damaged: preparing says what is wrong
        return None
    found = _version_of(project, _digest(project))
    return _reference(project, found) if found else None


def versions(project: Project) -> list[dict[str, Any]]:
    """Every data version of the project, oldest first: `version, digest, at, rows`, ready for JSON."""
    return [found.model_dump(mode="json", exclude={"labels"}) for found in history(project)]


def history(project: Project) -> list[DataVersion]:
    """Every data version of the project, oldest first."""
    return sorted((found for found in _tags(project) if found), key=lambda found: found.version)


def summary(project: Project) -> dict[str, Any]:
    """What `daybreak data prepare` tells about the prepared data. Raises DataError when there is none."""
    report = project.data / "describe" / "report.json"
    found = _version_of(project, _digest(project)) if report.is_file() else None
    if found is None:
        raise DataError(f"project {project.name} has no prepared data", "a data version", "Run `daybreak data prepare`")
    facts = tables.read_json(report)
    leakage = {key: facts["leakage"][key] for key in ("pairs", "max_similarity", "threshold")}
    told = {key: facts[key] for key in ("rows", "quarantined_by_rule", "baseline", "splits", "clusters", "labels")}
    page = str(report.with_suffix(".html"))
    return {"data_version": found.version, "data_digest": found.digest, **told, "leakage": leakage, "report": page}


def commit_of(root: Path) -> str:
    """The commit that is checked out, as 40 hexadecimal digits."""
    _require_commit(root)
    return _git(root, "rev-parse", "HEAD").strip()


def committed(root: Path, path: str) -> str | None:
    """Text of a file (relative to `root`) as the checked-out commit has it; None if it has no such file."""
    try:
        return _git(root, "show", f"HEAD:./{path}")
    except DaybreakError:
        return None


def is_dirty(root: Path, paths: list[str] | tuple[str, ...]) -> bool:
    """Whether anything below these paths (relative to `root`) differs from the commit, new files included."""
    return bool(_git(root, "status", "--porcelain", "--untracked-files=all", "--", *paths).strip())


def _reference(project: Project, found: DataVersion) -> DatasetRef:
    return DatasetRef(
        project=project.name,
        version=found.version,
        digest=found.digest,
        path=project.data,
        labels=found.labels,
        rows=found.rows,
    )


def _digest(project: Project) -> str:
    """SHA-256 over the split's three files; "" when one is missing."""
    files = [project.data / "split" / f"{name}.parquet" for name in SPLITS]
    return digests.of_files(files, below=project.data / "split") if all(file.is_file() for file in files) else ""


# -- dvc -----------------------------------------------------------------------------------------------------------


def _reproduce(project: Project, progress: Progress, wait_seconds: float) -> None:
    """`dvc repro`, tried again while another process holds dvc's lock, until `wait_seconds` have passed."""
    deadline = time.monotonic() + wait_seconds
    while True:
        code, lines = _dvc_repro(project.root, progress)
        if code == 0:
            return
        locked = any(sign in line for line in lines for sign in LOCKED)
        if not locked:
            raise _explain(lines)
        if time.monotonic() >= deadline:
            raise Busy(f"dvc is held by {_holder(project.root, lines)}", "", "Wait for it to end, then run again")
        time.sleep(0.5)


def _dvc_repro(root: Path, progress: Progress) -> tuple[int, list[str]]:
    """Exit code and output of `dvc repro`; `progress` hears of each stage that starts."""

    def hear(line: str) -> None:
        if begun := re.match(r"Running stage '(?:.*:)?(\w+)'", line):
            progress(STAGES.index(begun[1]) / len(STAGES) if begun[1] in STAGES else 0.0, begun[1])

    return _dvc(root, "repro", hear=hear)


def _dvc(root: Path, *words: str, hear: Callable[[str], None] = lambda _line: None) -> tuple[int, list[str]]:
    """Exit code and output, errors among it. dvc and its stages end with us, also when we die by kill -9."""
    variables = {"DAYBREAK_PYTHON": sys.executable, "DVC_NO_ANALYTICS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = _command(variables, sys.executable, "-P", "-m", "dvc", *words)
    python, *supervisor = leashed(["sh", "-c", 'exec "$@" 2>&1', "sh", *command])
    lines = []
    with Child([python, "-P", *supervisor], piped=True, cwd=root) as child:
        for line in child.lines():
            lines.append(line.rstrip())
            hear(lines[-1])
        return child.wait(), lines


@contextmanager
def _all_or_nothing(project: Project) -> Iterator[None]:
    """When the block raises one of our errors, data/sources.yaml, dvc.lock and the data it stands for are put back.

    Where the data cannot be had back (dvc's cache was emptied), the error says so.
    """
    digest = _digest(project)
    admitted, locked = (_content(project.root / name) for name in (sources.FILE, LOCK))
    try:
        yield
    except Busy:  # whoever holds dvc may be writing dvc.lock and data/: they are not ours to put back
        _put_back(project.root / sources.FILE, admitted)
        raise
    except DaybreakError as error:
        try:
            _put_back(project.root / sources.FILE, admitted)
            _put_back(project.root / LOCK, locked)
            if locked is not None and not lockfile.is_current(project.root):
                _dvc(project.root, "checkout", "--force", "dvc.yaml")  # forced: what a failed stage left may go
            lost = bool(digest) and _digest(project) != digest
        except OSError:
            lost = True
        if not lost:
            raise
        remedy = f"{error.remedy.rstrip('.')}; the data prepared before could not be put back".removeprefix("; ")
        raise type(error)(error.found, error.expected, remedy) from error


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _put_back(path: Path, content: bytes | None) -> None:
    """The file as it was, None for not there; a reader sees one or the other, never a part."""
    if content is None:
        path.unlink(missing_ok=True)
    elif _content(path) != content:
        draft = path.with_name(f"{path.name}.tmp")
        draft.write_bytes(content)
        draft.replace(path)


def _explain(lines: list[str]) -> DaybreakError:
    """What went wrong in a failed `dvc repro`, as one of our errors."""
    output = "\n".join(lines)
    if "No space left on device" in output:
        return ProjectError("the disk is full", "free space for data/ and .dvc/cache", "Free some and run again")
    failed = re.search(r"failed to reproduce '(?:.*:)?(\w+)'.*exited with (\d+)", output)
    told = [line for line in lines if line.strip()]
    if not failed:
        errors = [line.removeprefix("ERROR: ") for line in told if line.startswith("ERROR: ")] or told[-1:]
        begun = any(line.startswith("Running stage") for line in lines)
        found = f"dvc refused: {' '.join(errors)}"
        return (
            StepFailed(found) if begun else ProjectError(found, "a project that dvc can run", "Mend dvc.yaml or .dvc/")
        )
    name, code = failed[1], int(failed[2])
    sentence = next((line for line in reversed(told) if line.startswith(f"{name}: ")), None)
    if code == DataError.exit_code and sentence:
        return DataError(sentence)
    before = [line for line in told if not line.startswith(("ERROR:", "WARNING:"))]
    return StepFailed(sentence or f"{name}: exited with {code}: {before[-1] if before else 'no output'}")


def _holder(root: Path, lines: list[str]) -> str:
    """Who holds dvc's lock, as far as dvc says or its lock file does."""
    if named := re.search(r"\(PID (\d+)\): (.+)", "\n".join(lines)):
        return f"process {named[1]} ({named[2].strip()})"
    for folder in (root, *root.parents):
        lock = folder / ".dvc" / "tmp" / "lock"
        if lock.is_file():
            number = lock.read_text(encoding="utf-8", errors="replace").strip()
            return f"process {number}" if number.isdigit() else "another process"
    return "another process"


# -- git -----------------------------------------------------------------------------------------------------------


def _remember(project: Project) -> DataVersion:
    """The version that stands for the prepared data; a new tag if no version has its digest."""
    digest = _digest(project)
    facts = tables.read_json(project.data / "describe" / "report.json")
    body = {"digest": digest, "labels": facts["labels"], "rows": facts["rows"]}
    commit = ""
    for _ in range(5):  # somebody else may take the number first
        if found := _version_of(project, digest):
            return found
        commit = commit or _commit(project, digest)
        number = 1 + max(_numbers(project), default=0)
        title = f"Data version {number} of {project.name}: {facts['rows']['kept']} rows, SHA-256 {digest[:12]}"
        message = f"{title}\n\n{json.dumps(body, ensure_ascii=False)}\n"
        try:
            _git(
                project.root,
                "tag",
                "-a",
                "--no-sign",
                "-F",
                "-",
                f"{project.tag_prefix}{number}",
                commit,
                given=message,
            )
        except StepFailed as error:
            if "already exists" not in error.found:
                raise
    if found := _version_of(project, digest):
        return found
    raise Busy(f"tags {project.tag_prefix}* keep changing", "one run at a time", "Run again")


def _commit(project: Project, digest: str) -> str:
    """A commit on top of HEAD with the preparation's own files put in, made beside the user's index and branch."""
    root = project.root
    prefix = _git(root, "rev-parse", "--show-prefix").strip()
    with TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        _git(root, "read-tree", "HEAD", extra=index)
        for name in RECORDED:
            blob = _git(root, "hash-object", "-w", "--", name).strip()
            _git(root, "update-index", "--add", "--cacheinfo", f"100644,{blob},{prefix}{name}", extra=index)
        tree = _git(root, "write-tree", extra=index).strip()
    return _git(root, "commit-tree", tree, "-p", "HEAD", "-m", f"Data of {project.name}: SHA-256 {digest}").strip()


def _version_of(project: Project, digest: str) -> DataVersion | None:
    same = [found for found in history(project) if digest and found.digest == digest]
    return same[-1] if same else None


def _numbers(project: Project) -> list[int]:
    names = _git(project.root, "for-each-ref", "--format=%(refname)", f"refs/tags/{project.tag_prefix}").split()
    ends = [name.removeprefix(f"refs/tags/{project.tag_prefix}") for name in names]
    return [int(end) for end in ends if end.isdecimal()]


def _tags(project: Project) -> Iterator[DataVersion | None]:
    layout = "--format=%(refname)%00%(taggerdate:unix)%00%(contents)%00"
    fields = _git(project.root, "for-each-ref", layout, f"refs/tags/{project.tag_prefix}").split("\0")
    for name, at, message in zip(fields[0::3], fields[1::3], fields[2::3], strict=False):
        yield _parse(name.strip().removeprefix(f"refs/tags/{project.tag_prefix}"), at, message)


def _parse(number: str, at: str, message: str) -> DataVersion | None:
    """A tag as a version, or None for a tag that Daybreak did not make."""
    try:
        body = json.loads(message.strip().rpartition("\n")[2])
        return DataVersion(version=int(number), at=datetime.fromtimestamp(int(at), UTC), **body)
    except (ValueError, TypeError):
        return None


def _require_commit(root: Path) -> None:
    if not root.is_dir():
        raise ProjectError(f"{root} is not a folder", "a project's folder", "Name another one with --project")
    try:
        _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    except StepFailed:
        remedy = "Run `git add -A && git commit` once"
        raise ProjectError(f"the git repository of {root} has no commit yet", "at least one", remedy) from None


def _git(root: Path, *arguments: str, given: str | None = None, extra: dict[str, str] | None = None) -> str:
    """Run git in the project's folder under Daybreak's own identity; returns its output."""
    done = subprocess.run(
        _command({**IDENTITY, "LC_ALL": "C", **(extra or {})}, "git", *arguments),
        cwd=root,
        input=given if given is not None else "",
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    reason = " ".join(done.stderr.split())
    if done.returncode == 127:
        raise ProjectError("git was not found", "git on the PATH", "Install git")
    if "not a git repository" in reason:
        remedy = "Run `git init` and commit what is there"
        raise ProjectError(f"{root} is not in a git repository", "data versions are git tags", remedy)
    if "dubious ownership" in reason:
        raise ProjectError(f"git does not trust {root}: {reason}", "", "Run the command that git names")
    if "No space left on device" in reason:
        raise ProjectError("the disk is full", "free space for .git", "Free some and run again")
    raise StepFailed(f"git {arguments[0]} failed: {reason or f'exit code {done.returncode}'}")


def _command(variables: dict[str, str], *words: str) -> list[str]:
    """A command under these variables more and FOREIGN ones less; the rest of the environment is not our business."""
    unset = [word for name in FOREIGN for word in ("-u", name)]
    return ["env", *unset, *(f"{name}={value}" for name, value in variables.items()), *words]
