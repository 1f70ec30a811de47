"""Data versions with the real dvc and git: made once, found again, and nothing of the user's is touched."""

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import yaml
from making import CHECKOUT, make_checkout, make_project, make_rows, run_git, write_csv, write_params

from daybreak import digests
from daybreak.data.held_out import release_set
from daybreak.data.versioning import versions, workspace
from daybreak.errors import Busy, DataError, ProjectError, StepFailed
from daybreak.records import Project

HOLD = """
import sys, time
from dvc.repo import Repo
with Repo().lock:
    print("held", flush=True)
    time.sleep(60)
"""

HOTEL = [(f"房间{number}很干净", "yes") for number in range(9)]
SLOW = 'infra/python -c \'import os, time; open("pid", "w").write(str(os.getpid())); time.sleep(600)\''
PREPARE = """
from pathlib import Path
from daybreak.data.versioning import versions
from daybreak.records import Project
print(versions.prepare(Project(name="sample", root=Path.cwd())).version)
"""


def dvc(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-P", "-m", "dvc", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, encoding="utf-8").stdout


def state(root: Path) -> tuple[str, str, bytes]:
    return run_git(root, "rev-parse", "HEAD"), run_git(root, "diff", "--cached"), (root / ".git/index").read_bytes()


def files(project: Project) -> dict[str, bytes]:
    """What a data version consists of, byte for byte; the store of raw files may grow."""
    found = [path for path in project.data.rglob("*") if path.is_file() and not {"shards", "memo"} & set(path.parts)]
    return {str(path): path.read_bytes() for path in (*found, project.root / "dvc.lock")}


def replace_command(root: Path, stage: str, command: str) -> None:
    path = root / "dvc.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"infra/python -m daybreak.data.{stage}", command), encoding="utf-8")


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def running(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


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
    assert time.process_time() - began < 2


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


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        (("text", "stars"), HOTEL, r"rows.csv has no column 'label'"),
        (("text", "label"), HOTEL, r"split: the data holds only one label, 'yes'"),
        (("text", "label"), [("", "yes")], r"ingest: the source holds no row with text"),
    ],
)
def test_what_is_refused_changes_nothing(
    prepared: Project, header: tuple[str, str], rows: list[tuple[str, str]], message: str
) -> None:
    before, first, good = files(prepared), versions.status(prepared), (prepared.root / "rows.csv").read_bytes()
    assert first is not None
    lines = [",".join(pair) for pair in (header, *rows)]
    (prepared.root / "rows.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        versions.prepare(prepared)
    assert caught.value.exit_code == 2
    assert "put back" not in str(caught.value)
    assert files(prepared) == before
    assert workspace.digest(prepared) == first.digest
    assert len(versions.versions(prepared)) == 1
    (prepared.root / "rows.csv").write_bytes(good)
    assert versions.status(prepared) == first


def test_the_first_preparation_that_is_refused_leaves_no_record(project: Project) -> None:
    write_csv(project.root / "rows.csv", HOTEL)
    with pytest.raises(DataError, match=r"only one label"):
        versions.prepare(project)
    assert not (project.root / "dvc.lock").exists()
    assert not (project.data / "sources.yaml").exists()


def test_data_that_cannot_be_put_back_are_told(prepared: Project) -> None:
    shutil.rmtree(prepared.root / ".dvc" / "cache")
    (prepared.data / workspace.BEFORE).write_text("in the way", encoding="utf-8")
    write_csv(prepared.root / "rows.csv", HOTEL)
    with pytest.raises(DataError, match=r"only one label.*; the data prepared before could not be put back"):
        versions.prepare(prepared)


def test_a_stage_that_breaks_is_a_failed_step(prepared: Project) -> None:
    before = files(prepared)
    replace_command(prepared.root, "describe", "infra/python -c 'raise ValueError(7)'")
    with pytest.raises(StepFailed, match=r"describe: exited with 1: ValueError: 7"):
        versions.prepare(prepared)
    assert files(prepared) == before


def test_dvc_and_its_stages_end_with_a_killed_parent(prepared: Project) -> None:
    replace_command(prepared.root, "describe", SLOW)
    pid = prepared.root / "pid"
    with subprocess.Popen([sys.executable, "-P", "-c", PREPARE], cwd=prepared.root) as parent:
        try:
            until(lambda: pid.is_file() and pid.read_text(encoding="utf-8") != "")
            family = psutil.Process(parent.pid).children(recursive=True)
        finally:
            parent.kill()
    assert int(pid.read_text(encoding="utf-8")) in [process.pid for process in family]
    until(lambda: not any(running(process) for process in family))
    shutil.copy(CHECKOUT / "dvc.yaml", prepared.root)
    assert versions.prepare(prepared, wait_seconds=0).version == 1


def test_a_held_lock_names_its_holder(prepared: Project) -> None:
    write_params(prepared.root, {"split": {"seed": 4}})
    write_csv(prepared.root / "rows.csv", make_rows(60, seed=4))
    before = files(prepared)
    with subprocess.Popen([sys.executable, "-c", HOLD], cwd=prepared.root, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            with pytest.raises(Busy, match=rf"dvc is held by process {holder.pid}"):
                versions.prepare(prepared, wait_seconds=0)
        finally:
            holder.terminate()
    assert files(prepared) == before


def test_projects_in_one_checkout_have_versions_of_their_own(prepared: Project) -> None:
    other = make_project(prepared.root, 60, name="mine", seed=5)
    found = versions.prepare(other)
    assert found.version == 1
    assert found.project == "mine"
    assert run_git(prepared.root, "tag").split() == ["data/1", "data/mine/1"]
    assert "projects/mine/dvc.lock" in run_git(prepared.root, "ls-tree", "-r", "--name-only", "data/mine/1")
    assert versions.status(other) == found
    assert len(versions.versions(prepared)) == 1
    before = files(other)
    (prepared.data / "split" / "test.parquet").write_bytes(b"changed by hand")
    write_csv(other.root / "rows.csv", HOTEL)
    with pytest.raises(DataError, match=r"only one label"):
        versions.prepare(other)
    assert files(other) == before
    assert (prepared.data / "split" / "test.parquet").read_bytes() == b"changed by hand"


def test_the_commands_work_from_an_empty_environment(prepared: Project) -> None:
    """No activated shell, no git identity, no home: only PATH and HOME, as cron gives them."""
    shutil.copy(CHECKOUT / "infra/python", prepared.root / "infra/python")
    write_params(prepared.root, {"describe": {"examples": 1, "seed": 2}, "split": {"seed": 9}})
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(prepared.root.parent)}
    command = [sys.executable, "-P", "-c", PREPARE]
    done = subprocess.run(command, cwd=prepared.root, env=environment, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout.strip()) == (0, "2"), done.stderr


def test_stages_started_as_users_start_them_prepare_the_same(prepared: Project, tmp_path: Path) -> None:
    """Elsewhere in these tests they are forks of a process that has imported what they need."""
    make_checkout(tmp_path / "plain", warm=False)
    plain = make_project(tmp_path / "plain", rows=120)
    found, status = versions.prepare(plain), versions.status(prepared)
    assert status is not None
    assert found.digest == status.digest


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


def link_out(project: Project) -> None:
    (project.root / "rows.csv").unlink()
    (project.root / "rows").mkdir()
    (project.root / "rows/all.csv").symlink_to("/etc/hostname")
    write_params(project.root, {"ingest": {"source": "files", "path": "rows"}})


def expect_labels(project: Project, *names: str) -> None:
    source = {"source": "files", "path": "rows.csv", "labels": list(names)}
    write_params(project.root, {"ingest": source})


BAD_SOURCES: dict[str, tuple[Callable[[Project], object], str]] = {
    "gone": (lambda project: (project.root / "rows.csv").unlink(), "rows.csv names nothing that is there"),
    "no bytes": (lambda project: (project.root / "rows.csv").write_bytes(b""), "rows.csv is empty: it has no bytes"),
    "no column": (lambda project: (project.root / "rows.csv").write_text("a,b\n1,2\n"), "has no column 'text'"),
    "password": (
        lambda project: (project.root / "rows.csv").write_bytes(b"PK\x03\x04\x14\x00\x01\x00"),
        "rows.csv is a ZIP archive that needs a password",
    ),
    "one endless line": (
        lambda project: (project.root / "rows.csv").write_bytes(b"text,label\n" + b"x" * 200_000_000),
        "rows.csv, line 2, has 16,777,216 characters or more",
    ),
    "link": (link_out, "all.csv is a link out of the folder"),
    "ragged": (
        lambda project: write_csv(project.root / "rows.csv", make_rows(300)).open("a").write("a,b,c\n"),
        "rows.csv, line 302, has 3 fields; expected 2",
    ),
    "no rows": (lambda project: write_csv(project.root / "rows.csv", [("", "x")]), "no row with text"),
    "one text repeated": (
        lambda project: write_csv(project.root / "rows.csv", make_rows(1) * 300),
        "split: the data holds only one label, 'negative'",
    ),
    "two texts repeated": (
        lambda project: write_csv(project.root / "rows.csv", make_rows(2) * 150),
        r"split: label 'negative' has \d rows in \w+; expected at least 2",
    ),
    "all labels outside the set": (lambda project: expect_labels(project, "good", "bad"), "split: no rows are left"),
}


@pytest.mark.parametrize("fault", BAD_SOURCES)
def test_a_bad_source_is_said_and_the_last_version_stays(prepared: Project, fault: str) -> None:
    before = files(prepared)
    spoil, message = BAD_SOURCES[fault]
    spoil(prepared)
    with pytest.raises(DataError, match=message) as raised:
        versions.prepare(prepared)
    assert raised.value.exit_code == 2
    assert files(prepared) == before
    assert [each["version"] for each in versions.versions(prepared)] == [1]


def test_half_a_parquet_file_is_said_and_the_last_version_stays(project: Project) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    write_params(project.root, {"ingest": {"source": "files", "path": "rows.parquet"}})
    texts, labels = zip(*make_rows(300), strict=True)
    pq.write_table(pa.table({"text": texts, "label": labels}), project.root / "rows.parquet")
    assert versions.prepare(project).version == 1
    before = files(project)
    whole = (project.root / "rows.parquet").read_bytes()
    (project.root / "rows.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"rows.parquet cannot be read as Parquet") as raised:
        versions.prepare(project)
    assert raised.value.exit_code == 2
    assert files(project) == before


def test_an_altered_release_set_stops_though_nothing_else_changed(prepared: Project) -> None:
    row = {"id": "1", "text": "谁也没有说过这样的话", "label": "yes", "identity": "of its own"}
    path = prepared.root / release_set.FILE
    path.parent.mkdir(parents=True)
    path.write_text(release_set.text([release_set.ReleaseRow(**row)]), encoding="utf-8")
    frozen = digests.of_file(path)
    params = prepared.root / "params.yaml"
    told = yaml.safe_load(params.read_text(encoding="utf-8"))
    told.setdefault("split", {})["release_set"] = frozen
    params.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    versions.prepare(prepared)
    path.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="was altered"):
        versions.prepare(prepared)
