"""The digest of prepared data, and files that are put back whole."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from making import make_rows, write_csv

from daybreak.data import split, stage, tables
from daybreak.data.versioning import pipeline, versions, workspace
from daybreak.errors import BadInput, Busy, DataError
from daybreak.records import Project


def test_the_digest_is_of_the_split_alone(prepared: Project) -> None:
    before = workspace.digest(prepared)
    tables.write_json({}, prepared.data / "describe" / "more.json")
    assert workspace.digest(prepared) == before
    (prepared.data / "split" / "test.parquet").unlink()
    assert workspace.digest(prepared) == ""


def test_a_file_is_put_whole_or_away(prepared: Project) -> None:
    place = prepared.data / "new" / "file"
    workspace.put(place, b"one")
    assert (workspace.content(place), [path.name for path in place.parent.iterdir()]) == (b"one", ["file"])
    changed = place.stat().st_mtime_ns
    workspace.put(place, b"one")
    assert place.stat().st_mtime_ns == changed
    workspace.put(place, None)
    workspace.put(place, None)
    assert workspace.content(place) is None


def test_what_a_failed_preparation_changed_is_put_back(prepared: Project) -> None:
    files = [prepared.root / name for name in (workspace.SOURCES, workspace.LOCK, "data/split/train.parquet")]
    before = [path.read_bytes() for path in files]
    with pytest.raises(DataError, match=r"^wrong\.$"), workspace.all_or_nothing(prepared):
        for path in files:
            path.write_bytes(b"changed")
        raise DataError("wrong")
    assert [path.read_bytes() for path in files] == before


def test_what_lay_prepared_is_put_back_without_the_cache(prepared: Project) -> None:
    """As when the disk is full, and dvc could copy nothing."""
    folders = [prepared.data / name for name in workspace.OUTPUTS]
    before = {path: path.read_bytes() for folder in folders for path in folder.iterdir()}
    shutil.rmtree(prepared.root / ".dvc/cache")
    with pytest.raises(DataError, match=r"^wrong\.$"), workspace.all_or_nothing(prepared):
        for folder in folders:
            shutil.rmtree(folder)
        (prepared.data / "ingest").mkdir()
        (prepared.data / "ingest" / "half.parquet").write_bytes(b"PAR1")
        raise DataError("wrong")
    assert {path: path.read_bytes() for folder in folders for path in folder.iterdir()} == before
    assert not (prepared.data / workspace.BEFORE).exists()


def test_what_another_dvc_may_be_writing_is_left_alone(prepared: Project) -> None:
    lock, admitted = prepared.root / workspace.LOCK, prepared.root / workspace.SOURCES
    before = admitted.read_bytes()
    with pytest.raises(Busy), workspace.all_or_nothing(prepared):
        lock.write_bytes(b"theirs")
        admitted.write_bytes(b"ours")
        raise Busy("held")
    assert (lock.read_bytes(), admitted.read_bytes()) == (b"theirs", before)


def damage(project: Project) -> None:
    (project.data / "split/assignments.parquet").write_bytes(b"PAR1")


def remove(project: Project) -> None:
    shutil.rmtree(project.data / "split")


@pytest.mark.parametrize("spoil", [damage, remove])
def test_the_split_that_the_next_one_continues_is_put_back(prepared: Project, spoil: Callable[[Project], None]) -> None:
    before = (prepared.data / "split/assignments.parquet").read_bytes()
    spoil(prepared)
    workspace.recall_split(prepared, 10)
    assert (prepared.data / "split/assignments.parquet").read_bytes() == before
    workspace.recall_split(prepared, 0)


def test_without_cache_and_remote_the_split_begins_anew_with_the_same_bytes(prepared: Project) -> None:
    """A new clone of the sample stands like this, and its dvc.lock must stay what it is."""
    before = {path.name: path.read_bytes() for path in (prepared.data / "split").iterdir()}
    shutil.rmtree(prepared.root / ".dvc/cache")
    damage(prepared)
    workspace.recall_split(prepared, 10)
    assert not (prepared.data / "split").exists()
    split.split(prepared.root, stage.section(prepared.root, "split"))
    assert {path.name: path.read_bytes() for path in (prepared.data / "split").iterdir()} == before


def test_a_split_that_a_remote_may_have_is_not_begun_anew(prepared: Project) -> None:
    pipeline.dvc(prepared.root, "remote", "add", "--default", "away", "http://127.0.0.1:9/gone", wait_seconds=10)
    before = (prepared.data / "split/assignments.parquet").read_bytes()
    workspace.recall_split(prepared, 10)
    damage(prepared)
    workspace.recall_split(prepared, 10)  # the cache has it: the remote is not asked
    assert (prepared.data / "split/assignments.parquet").read_bytes() == before
    shutil.rmtree(prepared.root / ".dvc/cache")
    damage(prepared)
    with pytest.raises(DataError, match=r"data/split/, .* cannot be had.*dvc pull data/split/"):
        workspace.recall_split(prepared, 10)


def test_without_a_lock_only_a_version_is_continued(prepared: Project) -> None:
    (prepared.root / workspace.LOCK).unlink()
    workspace.recall_split(prepared, 0)
    assert (prepared.data / "split/assignments.parquet").is_file()
    (prepared.data / "split/test.parquet").write_bytes(b"left by a first preparation that failed")
    workspace.recall_split(prepared, 0)
    assert not (prepared.data / "split").exists()


def files(project: Project) -> dict[str, bytes]:
    """What a data version consists of; the store of raw files and the memory of the stages may grow."""
    found = [path for path in project.data.rglob("*") if path.is_file() and not {"shards", "memo"} & set(path.parts)]
    return {str(path): path.read_bytes() for path in (*found, project.root / workspace.LOCK)}


@pytest.fixture
def on_a_small_disk(prepared: Project, tmp_path: Path) -> Iterator[Project]:
    """The prepared project on a disk of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True)
    if mount.returncode:
        pytest.skip("this user may not mount a disk")
    shutil.copytree(prepared.root, disk / "checkout", symlinks=True)
    yield Project(name="sample", root=disk / "checkout")
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_disk_that_fills_in_the_middle_is_said_and_the_last_version_stays(on_a_small_disk: Project) -> None:
    project, good = on_a_small_disk, (on_a_small_disk.root / "rows.csv").read_bytes()
    first = versions.status(project)
    write_csv(project.root / "rows.csv", make_rows(3000))
    before, heard = files(project), list[str]()
    ballast = project.root.parent / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(project.root).free - 600 * 1024))  # room for ingest, not for clean
    with pytest.raises(BadInput, match=r"the disk is full.*; expected free space for data/ and .dvc/cache") as raised:
        versions.prepare(project, lambda _share, stage: heard.append(stage))
    assert raised.value.exit_code == 2
    assert "put back" not in str(raised.value)
    assert len(heard) > 1
    assert files(project) == before
    assert [each["version"] for each in versions.versions(project)] == [1]
    ballast.unlink()
    (project.root / "rows.csv").write_bytes(good)
    assert versions.status(project) == first
