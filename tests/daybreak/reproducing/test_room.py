"""The code that runs is the commit's and never today's, with packages of its lock file or with borrowed ones."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from making import commit_all, run_git

from daybreak import digests
from daybreak.errors import ModelError, StepFailed
from daybreak.records import RunRecord
from daybreak.reproducing import room as rooms
from daybreak.reproducing.room import Room

MARK = "\nMARK = 'of the commit'\n"
SETUP = """#!/bin/sh
set -e
cd "$(dirname "$0")/.."
"$PYTHON" -m venv --without-pip .venv
site=$(echo .venv/lib*/python*/site-packages | cut -d' ' -f1)
"$PYTHON" -c "import sys; print('\\n'.join(p for p in sys.path if p.endswith('site-packages')))" >> "$site/own.pth"
pwd >> "$site/own.pth"; echo "$(pwd)/platform" >> "$site/own.pth"
# its own code first
"$PYTHON" - "$site/own.pth" <<'END'
import sys
lines = open(sys.argv[1]).read().split()
open(sys.argv[1], "w").write("\\n".join(lines[-2:] + lines[:-2]) + "\\n")
END
echo installed >> ../setups
touch .venv/.run
"""


@pytest.fixture(scope="module")
def _checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with Daybreak's code, whose training room is marked in the first commit and not in the second."""
    root = tmp_path_factory.mktemp("past") / "checkout"
    shutil.copytree(digests.HOUSE, root / rooms.CODE, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    (root / "infra").mkdir()
    (root / "infra" / "setup").write_text(SETUP, encoding="utf-8")
    (root / "infra" / "setup").chmod(0o755)
    (root / rooms.LOCK).write_text("torch==2\n", encoding="utf-8")
    run_git(root.parent, "init", "--quiet", "--initial-branch=main", str(root))
    loop = root / rooms.PROOF
    text = loop.read_text(encoding="utf-8")
    loop.write_text(text + MARK, encoding="utf-8")
    commit_all(root, "One")
    loop.write_text(text, encoding="utf-8")
    commit_all(root, "Two")
    return root


@pytest.fixture
def checkout(_checkout: Path, tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    shutil.copytree(_checkout, root)
    return root


def _opened(checkout: Path, *, lock: str | None = None, commit: str = "HEAD~1", borrow: bool = False) -> Any:
    night: Any = SimpleNamespace(checkout=checkout)
    known = digests.of_file(checkout / rooms.LOCK) if lock is None else lock
    record = RunRecord(
        run_id="past",
        project="sample",
        status="released",
        released=True,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        finished_at=datetime(2026, 1, 1, tzinfo=UTC),
        commit=run_git(checkout, "rev-parse", commit).strip() if commit else "",
        lock_digest=known,
    )
    place = checkout.parent / "place"
    place.mkdir(exist_ok=True)
    opened: AbstractContextManager[Room] = rooms.opened(
        night, record, place, borrow=borrow, report=lambda step, share, note: None
    )
    return opened


def _mark(room: Room) -> str:
    """What the room's Python finds in the training room."""
    code = "import daybreak.training.loop as loop; print(getattr(loop, 'MARK', 'of today'), loop.__file__)"
    done = subprocess.run([str(room.python), "-P", "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert str(room.code) in done.stdout
    return done.stdout


@pytest.fixture
def borrowed(checkout: Path) -> Iterator[Room]:
    with _opened(checkout) as room:
        yield room


def test_the_commit_s_code_runs_with_todays_packages_where_the_lock_is_the_same(borrowed: Room, checkout: Path) -> None:
    assert _mark(borrowed).startswith("of the commit")
    assert not borrowed.installed
    assert (checkout / rooms.PROOF).read_text("utf-8").endswith(MARK) is False


def test_nothing_is_left_of_a_borrowed_room(checkout: Path) -> None:
    with _opened(checkout):
        pass
    assert list((checkout.parent / "place").iterdir()) == []
    assert run_git(checkout, "worktree", "list").count("\n") == 1


def test_another_lock_is_installed_by_the_commit_s_own_script_and_once(checkout: Path) -> None:
    for _ in range(2):
        with _opened(checkout, lock="another") as room:
            assert room.installed
            assert _mark(room).startswith("of the commit")
    assert (checkout.parent / "place" / "setups").read_text("utf-8") == "installed\n"


def test_a_set_up_that_fails_says_why_and_what_to_give(checkout: Path) -> None:
    (checkout / "infra" / "setup").write_text("#!/bin/sh\necho no network here >&2\nexit 1\n", encoding="utf-8")
    commit_all(checkout, "Three")
    with (
        pytest.raises(StepFailed, match=r"lock file cannot be installed: no network here; .*give --borrow"),
        _opened(checkout, lock="another", commit="HEAD"),
    ):
        pass
    with _opened(checkout, lock="another", commit="HEAD", borrow=True) as room:
        assert not room.installed


def test_code_that_git_does_not_hold_is_this_process_s(checkout: Path) -> None:
    with _opened(checkout, commit="") as room:
        assert (room.python, room.code) == (None, digests.HOUSE)


def test_what_goes_wrong_in_there_comes_out_as_it_was(borrowed: Room, tmp_path: Path) -> None:
    """An error of ours by its kind and words; anything else by the last line of its log."""
    dataset = {
        "project": "x",
        "version": 1,
        "digest": "d",
        "path": str(tmp_path),
        "labels": [],
        "rows": {},
        "field_of_a_later_daybreak": 1,
    }
    model = {"recipe": "classify", "base": "./nowhere"}
    request = {"run": "past", "dataset": dataset, "model": model, "training": {}, "best": {}, "exporting": None}
    (tmp_path / "one").mkdir()
    with pytest.raises(ModelError, match=r"names the folder \./nowhere, which does not exist"):
        borrowed.ask(request, tmp_path / "one", lambda step, share, note: None)
    (tmp_path / "two").mkdir()
    with pytest.raises(StepFailed, match="its process ended with status 1; KeyError: 'dataset'"):
        borrowed.ask({"run": "past"}, tmp_path / "two", lambda step, share, note: None)
