"""The digest of prepared data, and files that are put back whole."""

import shutil
from collections.abc import Callable

import pytest

from daybreak.data import split, stage, tables
from daybreak.data.versioning import pipeline, workspace
from daybreak.errors import Busy, DataError
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
