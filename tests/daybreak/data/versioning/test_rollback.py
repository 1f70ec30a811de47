"""Data rolled back for real: bit-identical, kept through nights, undone by `forward`, and never a lost file."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from making import commit_all, make_rows, run_git, write_csv

from daybreak import digests
from daybreak.data.versioning import pin as pins
from daybreak.data.versioning import rollback, tags, versions
from daybreak.errors import BadInput, Busy, DataError, ParamsError
from daybreak.records import Project

HOLD = """
import sys, time
from dvc.repo import Repo
with Repo().lock:
    print("held", flush=True)
    time.sleep(60)
"""
KILLED = """
import os, sys
from pathlib import Path
from daybreak.data.versioning import pipeline, rollback
from daybreak.records import Project
pipeline.checkout = lambda *_words, **_named: os.kill(os.getpid(), 9)
rollback.rollback(Project(name="sample", root=Path.cwd()), 1, reason="bad rows", actor="Ann")
"""


def dvc(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-P", "-m", "dvc", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, encoding="utf-8").stdout


def prepared_files(project: Project) -> dict[str, str]:
    """SHA-256 of every prepared file; what stages remember is no part of them."""
    found = [path for path in project.data.rglob("*.*") if path.parent != project.data]
    found = [path for path in found if not {"shards", "memo"} & set(path.parts)]
    return {path.relative_to(project.data).as_posix(): digests.of_file(path) for path in found if path.is_file()}


def everything(project: Project) -> dict[str, bytes]:
    """Every file of the project but the caches, byte for byte."""
    found = [path for path in project.root.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in found if not {".dvc", ".git"} & set(path.parts)}


def back(project: Project, version: int, wait_seconds: float = 10.0) -> None:
    rollback.rollback(project, version, reason="bad rows", actor="Ann", wait_seconds=wait_seconds)


def by_hand(project: Project, version: int) -> None:
    """The rollback that any user of git and dvc knows."""
    run_git(project.root, "checkout", f"data/{version}", "--", "dvc.lock", "params.yaml", "data/sources.yaml")
    dvc(project.root, "checkout")


def edit(project: Project, old: str, new: str) -> None:
    text = project.params_file.read_text(encoding="utf-8")
    assert old in text
    project.params_file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def first_night(_prepared: Project) -> dict[str, str]:
    """What the first night prepared, as a project that never saw a second one holds it."""
    return prepared_files(_prepared)


def test_the_data_are_those_of_that_night_until_forward(grown: Project, first_night: dict[str, str]) -> None:
    third, lock = prepared_files(grown), (grown.root / "dvc.lock").read_bytes()
    index = (grown.root / ".git/index").read_bytes()
    found = rollback.rollback(grown, 1, reason="bad rows", actor="Ann")
    assert prepared_files(grown) == first_night
    assert found.version == 1
    assert "up to date" in dvc(grown.root, "status")
    assert (grown.root / ".git/index").read_bytes() == index
    write_csv(grown.root / "rows.csv", make_rows(300))
    assert versions.status(grown) == versions.prepare(grown) == found
    assert prepared_files(grown) == first_night
    assert versions.summary(grown)["rolled_back"]["reason"] == "bad rows"
    assert [each["current"] for each in versions.versions(grown)] == [True, False, False]
    rollback.forward(grown, actor="Ben")
    assert (prepared_files(grown), (grown.root / "dvc.lock").read_bytes()) == (third, lock)
    assert rollback.pinned(grown) is None
    assert versions.status(grown) is None
    assert versions.prepare(grown).version == 4
    told = [(move["action"], move["version"], move["actor"]) for move in rollback.moves(grown)]
    assert told == [("rollback", 1, "Ann"), ("forward", 1, "Ben")]


def test_the_pin_says_who_and_why(grown: Project) -> None:
    back(grown, 2)
    pin = rollback.pinned(grown)
    assert pin is not None
    assert (pin.version, pin.reason, pin.actor) == (2, "bad rows", "Ann")


def test_a_rollback_from_a_rollback_goes_forward_to_the_newest(grown: Project, first_night: dict[str, str]) -> None:
    third = prepared_files(grown)
    for version in (3, 2, 1):
        back(grown, version)
    assert prepared_files(grown) == first_night
    rollback.forward(grown, actor="Ann")
    assert prepared_files(grown) == third


def test_only_the_data_sections_change(grown: Project) -> None:
    text = (
        "# mine\n\n"
        + grown.params_file.read_text(encoding="utf-8")
        + "\n# the end: 结束\nmodel: {base: scratch}  # x\n"
    )
    grown.params_file.write_text(text, encoding="utf-8")
    edit(grown, "threshold: 0.8", "threshold: 0.75  # tried on Monday")
    mine = grown.params_file.read_bytes()
    back(grown, 1)
    assert grown.params_file.read_text(encoding="utf-8") == text
    edit(grown, "{base: scratch}", "{base: daybreak/zh-mini}")
    rollback.forward(grown, actor="Ann")
    assert grown.params_file.read_bytes() == mine.replace(b"{base: scratch}", b"{base: daybreak/zh-mini}")


def test_an_edit_made_while_rolled_back_stays(grown: Project) -> None:
    back(grown, 1)
    edit(grown, "lowercase: false", "lowercase: true")
    back(grown, 2)
    rollback.forward(grown, actor="Ann")
    assert yaml.safe_load(grown.params_file.read_bytes())["clean"]["lowercase"]


def test_an_edit_on_both_sides_is_for_a_person_to_settle(grown: Project) -> None:
    edit(grown, "seed: 17", "seed: 18")
    back(grown, 1)
    edit(grown, "seed: 17", "seed: 19")
    before = everything(grown)
    with pytest.raises(ParamsError, match=r"split was changed before and during the rollback.*Undo the later change"):
        rollback.forward(grown, actor="Ann")
    assert everything(grown) == before


def test_changed_stage_code_does_not_matter(grown: Project, first_night: dict[str, str]) -> None:
    back(grown, 1)
    code = grown.root / "platform/daybreak/data/clean.py"
    code.write_text(code.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    commit_all(grown.root, "Change a stage")
    found = versions.prepare(grown)
    assert found.version == 1
    assert prepared_files(grown) == first_night


@pytest.mark.parametrize(
    ("version", "reason", "message"),
    [
        (7, "bad rows", r"no data version 7; expected one of: 1, 2, 3; See `daybreak data versions`"),
        (1, " ", r"a rollback without a reason"),
    ],
)
def test_what_is_refused_changes_nothing(grown: Project, version: int, reason: str, message: str) -> None:
    before = everything(grown)
    with pytest.raises(BadInput, match=message):
        rollback.rollback(grown, version, reason=reason, actor="Ann")
    with pytest.raises(DataError, match=r"are not rolled back"):
        rollback.forward(grown, actor="Ann")
    assert everything(grown) == before


def test_files_changed_by_hand_are_not_lost(grown: Project) -> None:
    (grown.data / "split" / "notes.txt").write_text("mine", encoding="utf-8")
    before = everything(grown)
    with pytest.raises(DataError, match=r"changed by hand: data/split/notes.txt.*Move them elsewhere"):
        back(grown, 1)
    assert everything(grown) == before


def test_an_empty_cache_changes_nothing(grown: Project) -> None:
    shutil.rmtree(grown.root / ".dvc" / "cache")
    before = everything(grown)
    with pytest.raises(DataError, match=r"cache lacks files of data version 1.*no remote.*dvc remote add -d"):
        back(grown, 1)
    assert everything(grown) == before


def test_a_held_lock_names_its_holder(grown: Project) -> None:
    before = everything(grown)
    with subprocess.Popen([sys.executable, "-c", HOLD], cwd=grown.root, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            with pytest.raises(Busy, match=rf"dvc is held by process {holder.pid}"):
                back(grown, 1, wait_seconds=0)
        finally:
            holder.terminate()
    assert everything(grown) == before


def test_old_settings_that_nobody_can_read_are_refused(grown: Project) -> None:
    text = grown.params_file.read_bytes()
    edit(grown, "lowercase: false", "lowercased: false")
    (damaged,) = [found for found in tags.history(grown) if found.version == 1]
    commit = tags.commit_files(grown, "data/1^{commit}", {"params.yaml": grown.params_file.read_bytes()}, "Damaged")
    tags.put(grown, damaged, commit, moved=True)
    grown.params_file.write_bytes(text)
    before = everything(grown)
    with pytest.raises(ParamsError, match=r"clean.lowercased"):
        back(grown, 1)
    assert everything(grown) == before


def test_a_rollback_that_was_killed_is_completed(grown: Project, first_night: dict[str, str]) -> None:
    third = prepared_files(grown)
    done = subprocess.run([sys.executable, "-P", "-c", KILLED], cwd=grown.root, capture_output=True)
    assert done.returncode == -9
    assert prepared_files(grown) == third
    assert versions.status(grown) is None
    assert versions.prepare(grown).version == 1
    assert prepared_files(grown) == first_night
    rollback.forward(grown, actor="Ann")
    assert prepared_files(grown) == third


def test_plain_git_and_dvc_roll_back_too(grown: Project, first_night: dict[str, str]) -> None:
    third = prepared_files(grown)
    by_hand(grown, 1)
    assert "up to date" in dvc(grown.root, "status")
    assert prepared_files(grown) == first_night
    pin = rollback.pinned(grown)
    assert pin is not None
    assert (pin.version, pin.actor) == (1, "git and dvc")
    began = time.process_time()
    assert versions.status(grown) == versions.prepare(grown)
    assert time.process_time() - began < 5, "nothing is prepared anew"
    assert versions.summary(grown)["data_version"] == 1
    rollback.forward(grown, actor="Ann")
    assert prepared_files(grown) == third
    status = versions.status(grown)
    assert status is not None
    assert status.version == 3


def test_plain_git_and_dvc_go_forward_too(grown: Project) -> None:
    by_hand(grown, 1)
    by_hand(grown, 3)
    assert rollback.pinned(grown) is None


def test_a_tracked_file_put_back_without_its_data_is_no_rollback(grown: Project) -> None:
    run_git(grown.root, "checkout", "data/1", "--", "dvc.lock", "data/sources.yaml")
    assert rollback.pinned(grown) is None


def test_a_damaged_pin_is_named(grown: Project) -> None:
    (grown.data / pins.PIN).write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"pin.json is damaged; .*Delete it"):
        versions.status(grown)
