"""A folder serves the champion by its hash: switched in one step, verified, and told to the journal."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from releases import House

from daybreak import inference
from daybreak.errors import BadInput, EvidenceMismatch
from daybreak.releasing import Fetched, fetch


def fetched(house: House, folder: Path, host: str = "web-1") -> Fetched:
    return fetch(house.ledger, house.project, folder, host=host)


def test_the_champion_is_copied_by_hash_and_linked(house: House, tmp_path: Path) -> None:
    (first,) = house.released(1)
    found = fetched(house, tmp_path / "served")
    assert found.path == tmp_path / "served" / first.artifact.sha256
    assert inference.digest(found.path) == first.artifact.sha256
    assert found.current.resolve() == found.path
    assert str(found.current.readlink()) == first.artifact.sha256
    assert (found.version, found.switched) == (1, True)


def test_a_second_fetch_changes_nothing(house: House, tmp_path: Path) -> None:
    house.released(1)
    first = fetched(house, tmp_path / "served")
    written = (first.path / "model.onnx").stat().st_mtime_ns
    again = fetched(house, tmp_path / "served")
    assert not again.switched
    assert (again.path / "model.onnx").stat().st_mtime_ns == written
    assert len(house.ledger.loads("sample")) == 1


def test_the_next_champion_is_switched_to_and_the_journal_knows_who_loaded_what(house: House, tmp_path: Path) -> None:
    house.released(2)
    house.rollback()
    fetched(house, tmp_path / "a")
    fetched(house, tmp_path / "b", host="web-2")
    house.ledger.lift_holds("sample", actor="王芳", reason="查清了")
    house.rollback(to=2)
    assert fetched(house, tmp_path / "a").version == 2
    loaded = {entry.facts["host"]: entry.facts["version"] for entry in house.ledger.loads("sample")}
    assert loaded == {"web-1": 2, "web-2": 1}
    assert house.ledger.verify("sample") is None
    kept = {path.name for path in (tmp_path / "a").iterdir() if path.is_dir()}
    assert kept == {"current", *((tmp_path / name / "current").resolve().name for name in ("a", "b"))}


def test_a_copy_that_was_altered_or_cut_short_is_made_again(house: House, tmp_path: Path) -> None:
    house.released(1)
    found = fetched(house, tmp_path / "served")
    (found.path / "model.onnx").write_bytes(b"cut")
    (found.path.parent / f"{found.sha256}.partial").mkdir()
    fetched(house, tmp_path / "served")
    assert inference.digest(found.path) == found.sha256
    assert not (found.path.parent / f"{found.sha256}.partial").exists()


def test_an_altered_champion_is_not_served(house: House, tmp_path: Path) -> None:
    (first,) = house.released(1)
    (first.artifact.path / "model.onnx").write_bytes(b"another model")
    with pytest.raises(EvidenceMismatch, match=r"model\.onnx is"):
        fetched(house, tmp_path / "served")
    assert not (tmp_path / "served").exists()
    assert house.ledger.loads("sample") == []


def test_many_fetch_into_one_folder_at_once(house: House, tmp_path: Path) -> None:
    house.released(1)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: fetched(house, tmp_path / "served"), range(8)))
    assert sum(each.switched for each in found) == 1
    assert inference.digest(found[0].current) == found[0].sha256


def test_what_cannot_be_fetched_is_said(house: House, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no champion yet"):
        fetched(house, tmp_path / "served")
    house.released(1)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="cannot take the model"):
        fetched(house, tmp_path / "file")
