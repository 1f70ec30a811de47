"""A checkpoint is whole or it is not there, whatever happened while it was written."""

from pathlib import Path

import pytest
import torch

from daybreak.training import checkpoints
from daybreak.training.fitting import State


def state(value: float) -> State:
    tensors = {
        "weights": {"层.weight": torch.full((3, 4), value)},
        "optimiser": {},
        "chance": {"0 torch": torch.ones(2)},
    }
    return State(tensors, {"number": value, "words": "训练"})


def silent(words: str) -> None:
    raise AssertionError(words)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    place = checkpoints.write(tmp_path / "notes", 7, state(7))
    assert place == checkpoints.place_at(tmp_path / "notes", 7)
    found = checkpoints.newest(tmp_path / "notes", silent)
    assert found is not None
    assert torch.equal(found.tensors["weights"]["层.weight"], torch.full((3, 4), 7.0))
    assert found.facts == {"number": 7, "words": "训练"}
    assert set(found.tensors) == {"weights", "optimiser", "chance"}


def test_the_newest_by_step_counts(tmp_path: Path) -> None:
    for number in (9, 10, 100, 99):
        checkpoints.write(tmp_path, number, state(number))
    found = checkpoints.newest(tmp_path, silent)
    assert found is not None
    assert found.facts["number"] == 100


def test_none_is_none(tmp_path: Path) -> None:
    assert checkpoints.newest(tmp_path / "nowhere", silent) is None


@pytest.mark.parametrize("name", ["weights.safetensors", "optimiser.safetensors", "facts.json", "manifest.json"])
@pytest.mark.parametrize("harm", ["cut", "missing", "changed", "empty"])
def test_damage_of_any_file_is_seen_and_the_one_before_is_taken(tmp_path: Path, name: str, harm: str) -> None:
    for number in (1, 2):
        checkpoints.write(tmp_path, number, state(number))
    path = checkpoints.place_at(tmp_path, 2) / name
    content = path.read_bytes()
    path.write_bytes({"cut": content[: len(content) // 2], "changed": b"\x01" + content[1:]}.get(harm, b""))
    if harm == "missing":
        path.unlink()
    told: list[str] = []
    found = checkpoints.newest(tmp_path, told.append)
    assert found is not None
    assert found.facts["number"] == 1
    assert told == ["the checkpoint step-000000002 is damaged and was passed over"]


def test_killed_while_writing_nothing_half_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints.write(tmp_path, 1, state(1))
    monkeypatch.setattr(checkpoints.shutil, "rmtree", lambda *args, **options: None)  # nobody tidies after a kill -9

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        checkpoints.write(tmp_path, 2, state(2))
    monkeypatch.undo()
    assert len(list(tmp_path.glob("aside-*"))) == 1
    found = checkpoints.newest(tmp_path, silent)
    assert found is not None
    assert found.facts["number"] == 1
    checkpoints.prune(tmp_path, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["step-000000001"]


def test_written_twice_the_later_one_counts(tmp_path: Path) -> None:
    checkpoints.write(tmp_path, 5, state(1))
    checkpoints.write(tmp_path, 5, state(2))
    found = checkpoints.newest(tmp_path, silent)
    assert found is not None
    assert found.facts["number"] == 2


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    for number in range(6):
        checkpoints.write(tmp_path, number, state(number))
    checkpoints.write(tmp_path / "best", 3, state(3))
    checkpoints.prune(tmp_path, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best", "step-000000004", "step-000000005"]
