"""Steps are done once per content, healed after interruption, and can say why they run again."""

import errno
from pathlib import Path

import pytest

from daybreak.errors import StepFailed
from daybreak.records import FileDigest
from daybreak.steps import CACHE, MANIFEST, Step, Store


class Counter:
    """Work that counts its calls and leaves a file."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, folder: Path) -> FileDigest:
        self.calls += 1
        (folder / "out.txt").write_text("done", encoding="utf-8")
        return FileDigest(name="out.txt", sha256="0" * 64, bytes=4)


def step(work: Counter, **inputs: str) -> Step[FileDigest]:
    return Step("train", inputs, FileDigest, work)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_the_same_inputs_are_worked_on_once(store: Store) -> None:
    work = Counter()
    first = store.run(step(work, data="a"))
    second = store.run(step(work, data="a"))
    assert work.calls == 1
    assert second.value == first.value
    assert second.at == first.at


def test_other_inputs_are_worked_on_again(store: Store) -> None:
    work = Counter()
    store.run(step(work, data="a"))
    store.run(step(work, data="b"))
    assert work.calls == 2


def test_the_order_of_inputs_does_not_matter() -> None:
    work = Counter()
    assert step(work, a="1", b="2").key == step(work, b="2", a="1").key


def test_an_interrupted_step_is_swept_away_and_done_again(store: Store) -> None:
    work = Counter()
    folder = store.folder(step(work, data="a"))
    folder.mkdir(parents=True)
    (folder / "half.txt").write_text("hal", encoding="utf-8")
    assert store.find(step(work, data="a")) is None
    store.run(step(work, data="a"))
    assert not (folder / "half.txt").exists()
    assert (folder / MANIFEST).is_file()


@pytest.mark.parametrize("harm", ["delete", "truncate", "half a manifest"])
def test_a_damaged_step_counts_as_unfinished(store: Store, harm: str) -> None:
    work = Counter()
    store.run(step(work, data="a"))
    folder = store.folder(step(work, data="a"))
    if harm == "delete":
        (folder / "out.txt").unlink()
    elif harm == "truncate":
        (folder / "out.txt").write_text("do", encoding="utf-8")
    else:
        manifest = folder / MANIFEST
        manifest.write_text(manifest.read_text(encoding="utf-8")[:40], encoding="utf-8")
    assert store.find(step(work, data="a")) is None
    store.run(step(work, data="a"))
    assert work.calls == 2


def test_work_that_fails_leaves_no_finished_step(store: Store) -> None:
    def fail(_folder: Path) -> FileDigest:
        raise RuntimeError("broken")

    broken = Step("train", {"data": "a"}, FileDigest, fail)
    with pytest.raises(RuntimeError, match="broken"):
        store.run(broken)
    assert store.find(broken) is None


def test_why_names_what_changed_since_the_last_time(store: Store) -> None:
    work = Counter()
    assert store.why(step(work, data="a", code="1")) == "never done before"
    store.run(step(work, data="a", code="1"))
    assert store.why(step(work, data="a", code="2")) == "changed: code"
    (store.folder(step(work, data="a", code="1")) / "out.txt").unlink()
    assert store.why(step(work, data="a", code="1")) == "its files are gone"


def test_the_newest_manifest_is_the_last_one(store: Store) -> None:
    work = Counter()
    store.run(step(work, data="a"))
    store.run(step(work, data="b"))
    last = store.last("train")
    assert last is not None
    assert last["inputs"] == {"data": "b"}
    assert store.last("sweep") is None


def test_every_folder_is_told_with_its_manifest_and_shared_data_are_no_step(store: Store) -> None:
    work = Counter()
    store.run(step(work, data="a"))
    left = store.folder(step(work, data="b"))
    left.mkdir(parents=True)
    (store.root / CACHE / "tokens").mkdir(parents=True)
    found = dict(store.folders())
    assert found.pop(left) is None
    ((folder, manifest),) = found.items()
    assert folder == store.folder(step(work, data="a"))
    assert manifest is not None
    assert manifest["result"]["name"] == "out.txt"


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "no room"), RuntimeError("I/O error: No space left on device (os error 28)")]
)
def test_a_full_disk_is_said_and_what_was_half_done_makes_room(store: Store, error: Exception) -> None:
    def fill(folder: Path) -> FileDigest:
        (folder / "model.bin").write_bytes(b"half")
        raise error

    with pytest.raises(StepFailed, match=r"train: the disk is full; expected free space for .*; Free some"):
        store.run(Step("train", {}, FileDigest, fill))
    assert not [path for path in store.root.rglob("*") if path.is_file()]


def test_what_else_goes_wrong_is_the_step_s_own(store: Store) -> None:
    def fail(folder: Path) -> FileDigest:
        raise OSError(errno.EACCES, "not yours")

    with pytest.raises(PermissionError, match="not yours"):
        store.run(Step("train", {}, FileDigest, fail))
