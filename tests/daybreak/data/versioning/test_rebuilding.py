"""A version prepared again in a folder of its own: the same version when nothing changed."""

from pathlib import Path

from making import make_rows, run_git

from daybreak.data import tables
from daybreak.data.admitting import striking
from daybreak.data.ingest import IngestParams
from daybreak.data.reading import sources
from daybreak.data.versioning import cache, rebuilding, tags
from daybreak.records import Project


def tree(root: Path) -> dict[str, bytes]:
    found = [path for path in root.rglob("*") if path.is_file() and not {".dvc", ".git"} & set(path.parts)]
    return {str(path): path.read_bytes() for path in found}


def test_a_version_without_a_row_stands_where_it_stood(prepared: Project) -> None:
    gone = make_rows(120)[3][0]
    (shard,) = (prepared.data / "shards").iterdir()
    params = IngestParams(source="files", path="rows.csv")
    content = striking.without(shard, params, lambda row: row.text == gone)
    assert content is not None
    old, new = striking.shards(shard, content)
    changed = {old.sha256: new}
    (shard.parent / new.stored).write_bytes(content)
    before, refs = tree(prepared.root), run_git(prepared.root, "show-ref")
    assert rebuilding.holds(prepared, 1, changed)
    assert not rebuilding.holds(prepared, 1, {})
    made = rebuilding.rebuild(prepared, tags.find(prepared, 1), changed, 10)
    assert (tree(prepared.root), run_git(prepared.root, "show-ref")) == (before, refs)
    assert (made.version.version, made.version.rows["kept"]) == (1, 119)
    assert made.version.replaces == (tags.find(prepared, 1).digest,)
    assert run_git(prepared.root, "rev-parse", f"{made.commit}^") == run_git(prepared.root, "rev-parse", "data/1^")
    assert new.sha256.encode() in run_git(prepared.root, "show", f"{made.commit}:data/sources.yaml").encode()


def test_nothing_changed_makes_the_same_data(prepared: Project) -> None:
    found = tags.find(prepared, 1)
    made = rebuilding.rebuild(prepared, found, {}, 10)
    assert made.version.digest == found.digest
    assert made.lock == made.old_lock


def test_rows_stay_where_the_version_had_them(grown: Project) -> None:
    """Version 3 continued 1 and 2; prepared again from nothing it would place some rows elsewhere."""
    gone = make_rows(240)[3][0]
    params = IngestParams(source="files", path="rows.csv")
    admitted = sources.read_sources(grown.root)
    assert admitted is not None
    (shard,) = (grown.root / sources.SHARDS / each.stored for batch in admitted.batches for each in batch.shards)
    content = striking.without(shard, params, lambda row: row.text == gone)
    assert content is not None
    old, new = striking.shards(shard, content)
    (shard.parent / new.stored).write_bytes(content)
    before = places(grown.data / "split/assignments.parquet")
    made = rebuilding.rebuild(grown, tags.find(grown, 3), {old.sha256: new}, 10)
    after = places(cache.listed(cache.folder(grown.root), made.lock)["data/split/assignments.parquet"])
    assert len(after) == len(before) - 1
    assert after.items() <= before.items()


def places(path: Path) -> dict[str, str]:
    return dict(zip(tables.read_column(path, "id"), tables.read_column(path, "split"), strict=True))


def test_shards_keep_their_names() -> None:
    old = sources.Shard(name="a.csv", sha256="1" * 64, bytes=1)
    new = sources.Shard(name="b.csv", sha256="2" * 64, bytes=2)
    batch = sources.Batch(name="a.csv", source="files", shards=(old,))
    (shard,) = rebuilding.batch_without(batch, {old.sha256: new}).shards
    assert (shard.name, shard.sha256, shard.bytes) == ("a.csv", new.sha256, 2)
    assert rebuilding.batch_without(batch, {}) == batch
