"""What was decided about batches is kept in one file, changed by one process at a time."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daybreak.data.admitting import batches
from daybreak.data.admitting.batches import Book, Decision, Seen, came_in, change, facts_of, key_of, read
from daybreak.data.reading.sources import Batch, Shard
from daybreak.errors import DataError

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def batch(name: str = "a.csv", sha256: str = "ab" * 32, origin: str | None = "data/incoming/a.csv") -> Batch:
    return Batch(name=name, source="files", shards=(Shard(name=name, sha256=sha256, bytes=3),), origin=origin)


def decision(state: str = "held", **fields: object) -> Decision:
    told = {"state": state, "reason": "so", "by": "Li", "at": NOW, **facts_of(batch()), **fields}
    return Decision.model_validate(told)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path


def test_a_decision_gives_the_batch_back_as_it_was() -> None:
    assert decision().batch == batch()
    assert decision().key == key_of(batch()) == "ab" * 32


def test_what_could_not_be_read_is_known_by_its_file() -> None:
    assert key_of(batch(sha256="")) == "data/incoming/a.csv"


def test_what_came_in_is_told_from_the_sources_own() -> None:
    assert came_in(batch())
    assert not came_in(batch(origin=None))
    dataset = batch(origin="ab" * 32).model_copy(update={"source": "huggingface"})
    assert not came_in(dataset)


def test_several_files_are_one_batch_with_one_key() -> None:
    shards = tuple(Shard(name=name, sha256=name * 3, bytes=2) for name in "ab")
    both = Batch(name="sample", source="sample", shards=shards)
    assert key_of(both) == "aaa+bbb"
    assert facts_of(both)["bytes"] == 4


def test_the_file_is_read_as_it_was_written(root: Path) -> None:
    assert read(root) == Book()
    book = Book(decisions=(decision(measurements={"rows": 3}),), seen={"坏\n.csv": Seen(stamp=(1, 2, 3), key="k")})
    change(root, lambda _before: book)
    assert read(root) == book
    assert [path.name for path in (root / "data").glob("*.tmp")] == []


def test_an_edit_that_changes_nothing_writes_nothing(root: Path) -> None:
    change(root, lambda before: before)
    assert not (root / batches.FILE).exists()


def test_a_later_decision_stands_for_an_earlier_one() -> None:
    book = Book(decisions=(decision(), decision(sha256="cd" * 32))).decided(decision("excluded"))
    assert [each.state for each in book.decisions] == ["held", "excluded"]
    assert book.find("ab" * 32) == decision("excluded")
    assert book.without("ab" * 32).find("ab" * 32) is None


@pytest.mark.parametrize("text", ["{", "[]", '{"decisions": 3}', '{"unknown": 1}', '{"decisions": [{"name": "a"}]}'])
def test_a_damaged_file_is_named_with_what_mends_it(root: Path, text: str) -> None:
    (root / batches.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"batches.json is damaged; expected .*; Delete it: .*exclusions"):
        read(root)


def test_changes_at_the_same_time_are_all_kept(root: Path) -> None:
    def add(number: int) -> None:
        change(root, lambda book: book.decided(decision(sha256=f"{number:064}")))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(read(root).decisions) == 8


def test_the_file_is_json_that_people_can_read(root: Path) -> None:
    change(root, lambda book: book.decided(decision(reason="标签反了")))
    text = (root / batches.FILE).read_text(encoding="utf-8")
    assert "标签反了" in text
    assert json.loads(text)["decisions"][0]["state"] == "held"
