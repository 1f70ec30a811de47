"""A stage under dvc: its own section, one line for an error, the right exit code."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from making import make_rows, write_csv, write_params

from daybreak.data import stage, tables
from daybreak.data.admitting.admission import admit
from daybreak.data.clean import CleanParams, clean
from daybreak.data.dedupe import DedupeParams, dedupe
from daybreak.data.ingest import IngestParams, ingest
from daybreak.data.remembering import memo
from daybreak.data.split import SplitParams, split
from daybreak.errors import DataError, ParamsError, StepFailed


@pytest.fixture(autouse=True)
def _in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_params(tmp_path)
    monkeypatch.chdir(tmp_path)


def failing(error: Exception) -> Any:
    def work(root: Path, params: Any) -> None:
        raise error

    return work


def test_a_stage_gets_its_own_section() -> None:
    given: list[Any] = []
    assert stage.run("split", lambda root, params: given.append((root, params.seed))) == 0
    assert given == [(Path(), 17)]


@pytest.mark.parametrize(("error", "code"), [(DataError("no such file"), 2), (StepFailed("split: broke"), 1)])
def test_an_error_is_one_line_and_an_exit_code(error: Exception, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert stage.run("split", failing(error)) == code
    said = capsys.readouterr().err
    assert said.startswith("split: ")
    assert said.count("\n") == 1


def test_a_full_disk_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert stage.run("clean", failing(OSError(errno.ENOSPC, "No space left on device", "rows.parquet"))) == 2
    assert "the disk is full while writing rows.parquet" in capsys.readouterr().err


def test_other_trouble_with_files_is_not_hidden() -> None:
    with pytest.raises(PermissionError):
        stage.run("clean", failing(PermissionError(errno.EACCES, "denied")))


def test_a_wrong_key_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_params(tmp_path, {"dedupe": {"treshold": 0.8}})
    assert stage.run("dedupe", failing(AssertionError())) == 2
    assert "dedupe.threshold" in capsys.readouterr().err
    with pytest.raises(ParamsError):
        stage.section(tmp_path, "dedupe")


def test_the_source_has_its_secret_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAYBREAK_SOURCE_URL", raising=False)
    assert stage.source_url(tmp_path) is None
    monkeypatch.setenv("DAYBREAK_SOURCE_URL", "postgresql://night:geheim@db/shop")
    found = stage.source_url(tmp_path)
    assert found is not None
    assert found.get_secret_value().endswith("@db/shop")
    assert "geheim" not in repr(found)


def written(root: Path) -> dict[str, bytes]:
    """What the stages up to the split wrote."""
    folders = [root / "data" / name for name in ("ingest", "clean", "dedupe", "split", "quarantine")]
    return {str(file.relative_to(root)): file.read_bytes() for folder in folders for file in sorted(folder.iterdir())}


def prepare(root: Path, rows: list[tuple[str, str]], later: list[tuple[str, str]], wanted: Mapping[str, Any]) -> None:
    """Two files of rows, read, cleaned, deduplicated and split as dvc would have it."""
    write_csv(root / "rows/a.csv", rows)
    if later:
        write_csv(root / "rows/b.csv", later)
    source = IngestParams(source="files", path="rows")
    admit(root, source)
    ingest(root, source)
    clean(root, CleanParams(**wanted.get("clean", {})))
    dedupe(root, DedupeParams(**wanted.get("dedupe", {})))
    split(root, SplitParams())


ROWS = [
    *make_rows(160),
    ("打13800138000 很好", "positive"),
    ("打13800138000 很好", "positive"),
    ("不错" * 40, "positive"),
]
LATER = [
    *make_rows(6, seed=2),
    (ROWS[3][0] + "。", ROWS[3][1]),
    ROWS[5],
    (ROWS[8][0], "another"),
    ("好 " * 30, "positive"),
]


@pytest.mark.parametrize(
    ("what", "wanted"),
    [
        ("whole", {}),
        ("whole", {"clean": {"lowercase": True}, "dedupe": {"threshold": 0.7}}),
        ("deleted", {}),
        ("cut", {}),
        ("one stage", {}),
        ("of other settings", {"clean": {"lowercase": True}}),
    ],
)
def test_what_is_remembered_changes_no_byte(tmp_path: Path, what: str, wanted: dict[str, Any]) -> None:
    one, anew = tmp_path / "one", tmp_path / "anew"
    prepare(one, ROWS, [], wanted if what != "of other settings" else {"clean": {"urls": "keep"}})
    if what == "of other settings":
        memo.forget(anew)
        shutil.rmtree(one / "data/split")
        prepare(one, ROWS, [], wanted)
    shutil.copytree(one / "data/split", anew / "data/split")
    entries = sorted((one / memo.FOLDER).iterdir())
    assert {path.name.split("-")[0] for path in entries} == {"ingest", "clean", "planted", "tying", "across"}
    for path in entries:
        if what == "cut":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        elif what == "deleted" or (what == "one stage" and path.name.startswith(("clean", "across"))):
            path.unlink()
    prepare(one, ROWS, LATER, wanted)
    prepare(anew, ROWS, LATER, wanted)  # knows the earlier assignments, and nothing else
    assert written(one) == written(anew)
    assert tables.read_json(one / "data/split/certificate.json")["series"]["number"] == 1


def test_rows_that_went_are_not_remembered_into_the_result(tmp_path: Path) -> None:
    one, anew = tmp_path / "one", tmp_path / "anew"
    prepare(one, ROWS, LATER, {})
    shutil.copytree(one / "data/split", anew / "data/split")
    prepare(one, ROWS[10:], LATER[:-2], {})
    prepare(anew, ROWS[10:], LATER[:-2], {})
    assert written(one) == written(anew)


def test_two_preparations_at_once_do_not_meet_in_what_they_remember(tmp_path: Path) -> None:
    prepare(tmp_path / "alone", ROWS, LATER, {})
    for name in ("one", "two"):
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / "memo").mkdir(exist_ok=True)
        (tmp_path / name / memo.FOLDER).symlink_to(tmp_path / "memo", target_is_directory=True)
    program = "import sys, test_stage as t; t.prepare(t.Path(sys.argv[1]), t.ROWS, t.LATER, {})"
    path = os.pathsep.join(map(str, (Path(__file__).parent, Path(__file__).parents[2])))
    command = [sys.executable, "-c", program]
    running = [
        subprocess.Popen([*command, str(tmp_path / name)], env={**os.environ, "PYTHONPATH": path})
        for name in ("one", "two")
    ]
    assert [each.wait(timeout=120) for each in running] == [0, 0]
    assert written(tmp_path / "one") == written(tmp_path / "two") == written(tmp_path / "alone")
