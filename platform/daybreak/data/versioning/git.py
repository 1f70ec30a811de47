"""The door to git: run under Daybreak's own identity, beside the user's branch and index."""

from __future__ import annotations

import subprocess
from pathlib import Path

from daybreak.errors import DaybreakError, ProjectError, StepFailed
from daybreak.records import Checkout

IDENTITY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Daybreak"), ("EMAIL", "daybreak@localhost"))
}
# Set inside git hooks, for another repository.
FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
# What nights of any project change by themselves.
OWN = ("dvc.lock", "data/sources.yaml", "projects/*/dvc.lock", "projects/*/data/sources.yaml")
OFFLINE_SECONDS = 60.0  # what talks to another machine may take


def commit_of(root: Path) -> str:
    """The commit that is checked out, as 40 hexadecimal digits."""
    require_commit(root)
    return run(root, "rev-parse", "HEAD").strip()


def committed(root: Path, path: str) -> str | None:
    """Text of a file (relative to `root`) as the checked-out commit has it; None if it has no such file."""
    found = content(root, "HEAD", path)
    return None if found is None else found.decode("utf-8", "replace").replace("\r\n", "\n")


def content(root: Path, revision: str, path: str) -> bytes | None:
    """A file (relative to `root`) as a revision has it, byte for byte; None if it has no such file."""
    try:
        return _run(root, "cat-file", "blob", f"{revision}:./{path}")
    except DaybreakError:
        return None


def is_dirty(root: Path, paths: list[str] | tuple[str, ...]) -> bool:
    """Whether anything below these paths (relative to `root`) differs from the commit, new files included."""
    return bool(run(root, "status", "--porcelain", "--untracked-files=all", "--", *paths).strip())


def standing(checkout: Path, ref: str) -> Checkout:
    """Where a checkout stands, against the branch or tag `ref`, and what was changed in it beside what nights write."""
    others = [f":(exclude,glob){path}" for path in OWN]
    status = run(checkout, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", ".", *others)
    try:
        found = run(checkout, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").strip()
    except StepFailed:
        found = ""
    changed = tuple(entry[3:] for entry in status.split("\0") if entry)
    return Checkout(commit=commit_of(checkout), ref_commit=found or None, changed=changed)


def require_commit(root: Path) -> None:
    """Raises ProjectError, with what mends it, unless `root` lies in a working tree that has a commit."""
    if not root.is_dir():
        raise ProjectError(f"{root} is not a folder", "a project's folder", "Name another one with --project")
    if run(root, "rev-parse", "--is-inside-work-tree").strip() != "true":
        remedy = "Clone it: `git clone` makes one"
        raise ProjectError(f"{root} is in a bare git repository", "one with a working tree", remedy)
    try:
        run(root, "rev-parse", "--verify", "--quiet", "HEAD")
    except StepFailed:
        remedy = "Run `git add -A && git commit` once"
        raise ProjectError(f"the git repository of {root} has no commit yet", "at least one", remedy) from None


def run(
    root: Path,
    *arguments: str,
    given: str | bytes = "",
    extra: dict[str, str] | None = None,
    seconds: float | None = None,
) -> str:
    """Run git in the project's folder; returns its output. `seconds` bounds a command that talks to a remote.

    Raises ProjectError for what the user can mend, StepFailed for everything else that git refuses.
    """
    return _run(root, *arguments, given=given, extra=extra, seconds=seconds).decode("utf-8", "replace")


def command(variables: dict[str, str], *words: str) -> list[str]:
    """A command under these variables more and FOREIGN ones less; the rest of the environment is not our business."""
    unset = [word for name in FOREIGN for word in ("-u", name)]
    return ["env", *unset, *(f"{name}={value}" for name, value in variables.items()), *words]


def _run(
    root: Path,
    *arguments: str,
    given: str | bytes = "",
    extra: dict[str, str] | None = None,
    seconds: float | None = None,
) -> bytes:
    variables = {**IDENTITY, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", **(extra or {})}
    try:
        done = subprocess.run(
            command(variables, "git", *arguments),
            cwd=root,
            input=given if isinstance(given, bytes) else given.encode(),
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise StepFailed(f"git {arguments[0]} had no answer after {seconds:g} s") from None
    if done.returncode:
        raise _explain(root, arguments[0], done.returncode, " ".join(done.stderr.decode("utf-8", "replace").split()))
    return done.stdout


def _explain(root: Path, verb: str, code: int, reason: str) -> DaybreakError:
    """What went wrong in a failed git, as one of our errors."""
    if code == 127:
        return ProjectError("git was not found", "git on the PATH", "Install git")
    if "not a git repository" in reason:
        remedy = "Run `git init` and commit what is there"
        return ProjectError(f"{root} is not in a git repository", "data versions are git tags", remedy)
    if "dubious ownership" in reason:
        return ProjectError(f"git does not trust {root}: {reason}", "", "Run the command that git names")
    if "No space left on device" in reason:
        return ProjectError("the disk is full", "free space for .git", "Free some and run again")
    return StepFailed(f"git {verb} failed: {reason or f'exit code {code}'}")
