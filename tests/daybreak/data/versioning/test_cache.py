"""The outputs of any version, found in dvc's cache without touching the workspace."""

import shutil

import pytest
from making import write_params

from daybreak import digests
from daybreak.data.versioning import cache, tags, versions
from daybreak.errors import DataError
from daybreak.records import Project


def test_the_files_of_a_version_lie_in_the_cache(grown: Project, prepared: Project) -> None:
    found = cache.files_of(grown, 1)
    stages = ("ingest", "clean", "dedupe", "split", "describe", "quarantine")
    there = {f"data/{path.relative_to(prepared.data)}": path for path in prepared.data.rglob("*") if path.is_file()}
    wanted = {name: path for name, path in there.items() if name.split("/")[1] in stages}
    assert {name: digests.of_file(path) for name, path in found.items()} == {
        name: digests.of_file(path) for name, path in wanted.items()
    }


def test_objects_are_all_that_a_lock_refers_to(prepared: Project) -> None:
    place = cache.folder(prepared.root)
    assert place == prepared.root / ".dvc" / "cache"
    lock = tags.recorded(prepared, 1, "dvc.lock")
    found = cache.objects(place, lock)
    assert all(cache.object_of(place, digest).is_file() for digest in found)
    stored = {path.parent.name + path.name for path in (place / "files" / "md5").rglob("*") if path.is_file()}
    assert found == stored
    shutil.rmtree(place)
    assert cache.objects(place, lock) == set(cache.outputs(lock).values())


def test_a_missing_file_is_named(prepared: Project) -> None:
    place = cache.folder(prepared.root)
    found = cache.files_of(prepared, 1)["data/split/test.parquet"]
    assert cache.complete(prepared, [1]) == {1}
    found.unlink()
    assert cache.complete(prepared, [1]) == set()
    with pytest.raises(DataError, match=r"lacks files of data version 1 of sample \(there is no remote\)"):
        cache.files_of(prepared, 1)
    with pytest.raises(FileNotFoundError, match=r"data/split/test.parquet"):
        cache.listed(place, tags.recorded(prepared, 1, "dvc.lock"))


def test_a_cache_somewhere_else(prepared: Project) -> None:
    other = prepared.root.parent / "elsewhere"
    (prepared.root / ".dvc" / "config.local").write_text(f"[cache]\n    dir = {other}\n", encoding="utf-8")
    assert cache.folder(prepared.root) == other
    write_params(prepared.root, {"split": {"seed": 6}})
    versions.prepare(prepared)
    assert cache.files_of(prepared, 2)["data/split/test.parquet"].is_relative_to(other)
