"""The evidence of a moment's champion in one file, with hashes that can be checked without Daybreak."""

import hashlib
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from releases import House

from daybreak.errors import BadInput
from daybreak.ledger import copying
from daybreak.ledger.chain import broken_link
from daybreak.records import RunRecord
from daybreak.releasing.evidence import Collected, collect


def collected(house: House, at: datetime, target: Path) -> Collected:
    return collect(house.ledger, house.project, at=at, runs=house.folder / "runs", target=target)


def read(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def released(house: House) -> House:
    now = datetime.now(UTC)
    house.released(2)
    verdicts = house.judgement(house.evidence(house.candidate(9)), None).verdicts
    run = RunRecord(
        run_id="night-2",
        project="sample",
        status="released",
        released=True,
        started_at=now,
        finished_at=now,
        verdicts=verdicts,
    )
    house.ledger.record_run(run)
    dossier = house.folder / "runs" / "night-2" / "dossier"
    dossier.mkdir(parents=True)
    (dossier / "report.html").write_text("<p>报告</p>", encoding="utf-8")
    return house


def test_one_file_holds_all_that_is_known(released: House, tmp_path: Path) -> None:
    found = collected(released, datetime.now(UTC), tmp_path / "out" / "evidence.zip")
    assert (found.version, found.fault) == (2, None)
    files = read(found.path)
    assert json.loads(files["champion.json"])["version"] == 2
    assert json.loads(files["record.json"])["run_id"] == "night-2"
    assert json.loads(files["verdicts.json"])[0]["reason"] == "比基线好"
    assert [move["to_version"] for move in json.loads(files["moves.json"])] == [2, 1]
    assert files["run/dossier/report.html"].decode() == "<p>报告</p>"
    assert broken_link(copying.from_lines(files["journal.jsonl"].decode())) is None


def test_the_manifest_names_every_file_by_its_hash(released: House, tmp_path: Path) -> None:
    files = read(collected(released, datetime.now(UTC), tmp_path / "evidence.zip").path)
    listed = json.loads(files.pop("manifest.json"))["files"]
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def test_the_same_moment_makes_the_same_file(released: House, tmp_path: Path) -> None:
    at = datetime.now(UTC)
    first, second = (collected(released, at, tmp_path / name).path for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()


def test_an_earlier_moment_tells_of_the_champion_of_then(house: House, tmp_path: Path) -> None:
    house.released(1)
    then = datetime.now(UTC)
    house.release(house.candidate(2), against=1)
    assert collected(house, then, tmp_path / "evidence.zip").version == 1


def test_what_cannot_be_told_or_written(house: House, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="had no champion at"):
        collected(house, datetime.now(UTC), tmp_path / "evidence.zip")
    house.released(1)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="cannot be written"):
        collected(house, datetime.now(UTC), tmp_path / "file" / "evidence.zip")
