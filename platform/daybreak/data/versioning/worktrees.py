"""A commit of the past in a folder of its own, beside the checkout and its branch."""

import shutil
from contextlib import suppress
from pathlib import Path

from daybreak.data.versioning import git
from daybreak.errors import DaybreakError, ProjectError, StepFailed

NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
"""What the user's hooks do behind a checkout, such as installing packages, is meant for the user's own."""


def has(checkout: Path, commit: str, path: str) -> bool:
    """Whether a commit is known here and holds this file."""
    return bool(commit) and git.content(checkout, commit, path) is not None


def differs(checkout: Path, commit: str, *paths: str) -> bool:
    """Whether anything below these paths is not as the commit has it, new files included."""
    return bool(git.run(checkout, "diff", "--name-only", commit, "--", *paths).strip()) or _has_new(checkout, paths)


def add(checkout: Path, commit: str, folder: Path) -> Path:
    """The commit's files in `folder`, which must not exist; ProjectError for a commit that git does not have."""
    try:
        git.run(checkout, *NO_HOOKS, "worktree", "add", "--quiet", "--force", "--detach", str(folder), commit)
    except StepFailed as error:
        found = f"commit {commit[:12]} cannot be checked out: {error.found}"
        raise ProjectError(found, "a commit that this repository has", "Fetch it with git") from None
    return folder


def remove(checkout: Path, folder: Path) -> None:
    """Take it away again, whatever stands in it; other worktrees, also those not reachable now, are left alone."""
    with suppress(DaybreakError):  # where git knows no such worktree
        git.run(checkout, "worktree", "remove", "--force", "--force", str(folder))
    shutil.rmtree(folder, ignore_errors=True)


def _has_new(checkout: Path, paths: tuple[str, ...]) -> bool:
    return bool(git.run(checkout, "ls-files", "--others", "--exclude-standard", "--", *paths).strip())
