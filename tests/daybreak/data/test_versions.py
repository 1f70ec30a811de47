"""Data versions with the real dvc and git: made once, found again, and nothing of the user's is touched."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from making import commit_all, make_project, run_git, write_csv, write_params

from daybreak.data import tables, versions
from daybreak.errors import Busy, DataError, ProjectError, StepFailed
from daybreak.records import Project

HOLD = """
import sys, time
from dvc.repo import Repo
with Repo().lock:
    print("held", flush=True)
    time.sleep(60)
"""


def dvc(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-P", "-m", "dvc", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, encoding="utf-8").stdout


def state(root: Path) -> tuple[str, str, bytes]:
    return run_git(root, "rev-parse", "HEAD"), run_git(root, "diff", "--cached"), (root / ".git/index").read_bytes()


def test_a_prepared_project_has_version_one(prepared: Project) -> None:
    found = versions.status(prepared)
    assert found is not None
    assert (found.version, found.labels, found.rows["kept"]) == (1, ("negative", "positive"), 120)
    assert found.split("train").is_file()
    assert versions.prepare(prepared) == found
    (told,) = versions.versions(prepared)
    assert (told["version"], told["digest"], told["rows"]) == (1, found.digest, found.rows)
    assert told["at"].endswith("Z")
    summary = versions.summary(prepared)
    assert (summary["data_version"], summary["data_digest"]) == (1, found.digest)
    assert {"rows", "quarantined_by_rule", "leakage", "baseline"} <= set(summary)


def test_dvc_agrees(prepared: Project) -> None:
    assert "up to date" in dvc(prepared.root, "status")
    assert "up to date" in dvc(prepared.root, "repro")
    assert [line.split()[0] for line in dvc(prepared.root, "stage", "list").splitlines()] == list(versions.STAGES)
    changed = run_git(prepared.root, "status", "--short").splitlines()
    assert sorted(changed) == ["?? data/", "?? dvc.lock"]


def test_the_status_is_quick(prepared: Project) -> None:
    versions.status(prepared)
    began = time.process_time()
    versions.status(prepared)
    assert time.process_time() - began < 0.5


def test_the_tag_holds_the_preparation_on_top_of_head(prepared: Project) -> None:
    head = run_git(prepared.root, "rev-parse", "HEAD").strip()
    assert run_git(prepared.root, "rev-parse", "data/1^").strip() == head
    assert run_git(prepared.root, "diff", "--name-only", head, "data/1").split() == ["data/sources.yaml", "dvc.lock"]
    assert run_git(prepared.root, "show", "data/1:dvc.lock") == (prepared.root / "dvc.lock").read_text(encoding="utf-8")
    assert run_git(prepared.root, "log", "-1", "--format=%an %ae", "data/1").split() == [
        "Daybreak",
        "daybreak@localhost",
    ]
    assert versions.commit_of(prepared.root) == head


def test_changed_params_make_another_version_and_going_back_finds_the_first(prepared: Project) -> None:
    first = versions.status(prepared)
    assert first is not None
    write_params(prepared.root, {"split": {"seed": 3}})
    (prepared.root / "mine.txt").write_text("the user's own", encoding="utf-8")
    run_git(prepared.root, "add", "mine.txt")
    before = state(prepared.root)
    assert versions.status(prepared) is None
    heard: list[str] = []
    second = versions.prepare(prepared, lambda share, stage: heard.append(f"{share:.1f} {stage}"))
    assert heard == ["0.6 split", "0.8 describe"]
    assert (second.version, second.digest != first.digest) == (2, True)
    assert state(prepared.root) == before
    write_params(prepared.root)
    assert versions.prepare(prepared) == first
    assert [found["version"] for found in versions.versions(prepared)] == [1, 2]


def test_a_changed_source_is_seen_before_it_is_admitted(prepared: Project) -> None:
    rows = prepared.root / "rows.csv"
    rows.write_text(rows.read_text(encoding="utf-8") + "新的一行,positive\n", encoding="utf-8")
    assert versions.status(prepared) is None
    rows.unlink()
    assert versions.status(prepared) is None
    with pytest.raises(DataError, match=r"rows.csv names nothing that is there"):
        versions.prepare(prepared)


def test_what_a_stage_refuses_reaches_the_caller(prepared: Project) -> None:
    write_csv(prepared.root / "rows.csv", [("好", "yes"), ("很好", "yes"), ("真好", "yes")])
    with pytest.raises(DataError, match=r"split: the data holds only one label, 'yes'") as caught:
        versions.prepare(prepared)
    assert caught.value.exit_code == 2
    assert len(versions.versions(prepared)) == 1


def test_a_stage_that_breaks_is_a_failed_step(prepared: Project) -> None:
    text = (prepared.root / "dvc.yaml").read_text(encoding="utf-8")
    broken = text.replace("infra/python -m daybreak.data.describe", "infra/python -c 'raise ValueError(7)'")
    (prepared.root / "dvc.yaml").write_text(broken, encoding="utf-8")
    with pytest.raises(StepFailed, match=r"describe: exited with 1: ValueError: 7"):
        versions.prepare(prepared)


def test_a_held_lock_names_its_holder(prepared: Project) -> None:
    write_params(prepared.root, {"split": {"seed": 4}})
    with subprocess.Popen([sys.executable, "-c", HOLD], cwd=prepared.root, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            with pytest.raises(Busy, match=rf"dvc is held by process {holder.pid}"):
                versions.prepare(prepared, wait_seconds=0)
        finally:
            holder.terminate()


def test_projects_in_one_checkout_have_versions_of_their_own(prepared: Project) -> None:
    other = make_project(prepared.root, 60, name="mine", seed=5)
    found = versions.prepare(other)
    assert found.version == 1
    assert found.project == "mine"
    assert run_git(prepared.root, "tag").split() == ["data/1", "data/mine/1"]
    assert "projects/mine/dvc.lock" in run_git(prepared.root, "ls-tree", "-r", "--name-only", "data/mine/1")
    assert versions.status(other) == found
    assert len(versions.versions(prepared)) == 1


def test_the_commands_work_from_an_empty_environment(prepared: Project) -> None:
    """No activated shell, no git identity, no home: only PATH and HOME, as cron gives them."""
    write_params(prepared.root, {"describe": {"examples": 1, "seed": 2}, "split": {"seed": 9}})
    code = (
        "from pathlib import Path; from daybreak.data import versions; from daybreak.records import Project;"
        "print(versions.prepare(Project(name='sample', root=Path.cwd())).version)"
    )
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(prepared.root.parent)}
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, cwd=prepared.root, env=environment, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout.strip()) == (0, "2"), done.stderr


def test_a_tag_by_somebody_else_is_no_version_but_takes_its_number(prepared: Project) -> None:
    run_git(prepared.root, "tag", "data/7")
    run_git(prepared.root, "tag", "data/mine")
    assert [found["version"] for found in versions.versions(prepared)] == [1]
    assert versions._numbers(prepared) == [1, 7]


def test_is_dirty_sees_changes_and_new_files(project: Project) -> None:
    assert not versions.is_dirty(project.root, ["platform", "params.yaml"])
    (project.root / "platform/daybreak/data/more.py").write_text("", encoding="utf-8")
    assert versions.is_dirty(project.root, ["platform"])
    assert not versions.is_dirty(project.root, ["params.yaml"])
    commit_all(project.root, "More")
    assert not versions.is_dirty(project.root, ["platform"])


def test_outside_of_git(project: Project) -> None:
    shutil.rmtree(project.root / ".git")
    with pytest.raises(ProjectError, match=r"not in a git repository.*git init"):
        versions.prepare(project)
    run_git(project.root, "init", "--quiet")
    with pytest.raises(ProjectError, match=r"no commit yet; expected at least one"):
        versions.commit_of(project.root)
    with pytest.raises(ProjectError, match=r"is not a folder"):
        versions.prepare(Project(name="x", root=project.root / "nowhere"))


def test_nothing_prepared_yet(project: Project) -> None:
    assert versions.status(project) is None
    assert versions.versions(project) == []
    with pytest.raises(DataError, match=r"no prepared data.*daybreak data prepare"):
        versions.summary(project)


def test_what_dvc_cannot_run_is_said(project: Project) -> None:
    params = yaml.safe_load((project.root / "params.yaml").read_text(encoding="utf-8"))
    del params["describe"]
    (project.root / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    (project.root / "dvc.yaml").write_text("stages: 3\n", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"dvc refused: .*Mend dvc.yaml"):
        versions.prepare(project)


@pytest.mark.parametrize(
    ("output", "error", "message"),
    [
        ("OSError: [Errno 28] No space left on device", ProjectError, "the disk is full"),
        ("Running stage 'x':\nERROR: something else", StepFailed, "dvc refused: something else"),
        ("ERROR: failed to reproduce 'clean': failed to run: x, exited with 137", StepFailed, "clean: exited with 137"),
    ],
)
def test_other_failures_are_told_apart(output: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        raise versions._explain(output.splitlines())


def test_the_digest_is_of_the_split_alone(prepared: Project) -> None:
    before = versions._digest(prepared)
    tables.write_json({}, prepared.data / "describe" / "more.json")
    assert versions._digest(prepared) == before
    (prepared.data / "split" / "test.parquet").unlink()
    assert versions._digest(prepared) == ""
