"""A night is shared through dvc's remote: its data, its journal, and its dossier if it released."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from making import Finished

from daybreak import sharing
from daybreak.errors import StepFailed


@pytest.fixture
def remote(finished: Finished, tmp_path: Path):  # type: ignore[no-untyped-def]
    """A folder that is the default remote of the finished night's project, until the test is over."""
    root, folder = finished.night.project.root, tmp_path / "remote"
    config = (root / ".dvc" / "config").read_bytes()
    dvc = [sys.executable, "-m", "dvc", "remote", "add", "--default", "shelf", str(folder)]
    subprocess.run(dvc, cwd=root, check=True, capture_output=True)
    yield folder
    (root / ".dvc" / "config").write_bytes(config)


def test_without_a_remote_nothing_is_shared(finished: Finished) -> None:
    assert sharing.share(finished.night, finished.record) == sharing.Shared()


def test_data_journal_and_dossier_go_to_the_remote(finished: Finished, remote: Path) -> None:
    shared = sharing.share(finished.night, finished.record)
    assert shared.versions == (1,)
    below = remote / "daybreak" / "sample"
    rows = [json.loads(line) for line in (below / "journal" / "journal.jsonl").read_text("utf-8").splitlines()]
    assert any(row["event"] == "move" for row in rows)
    dossier = below / "dossiers" / finished.record.run_id / "dossier.json"
    assert json.loads(dossier.read_text("utf-8"))["record"]["run_id"] == finished.record.run_id


def test_a_refused_night_shares_no_dossier(finished: Finished, remote: Path) -> None:
    refused = finished.record.model_copy(update={"status": "refused", "released": False})
    shared = sharing.share(finished.night, refused)
    assert not [place for place in shared.places if "dossiers" in place]


def test_a_remote_that_cannot_be_written_is_named(finished: Finished, remote: Path) -> None:
    shutil.rmtree(remote, ignore_errors=True)
    remote.write_text("not a folder", encoding="utf-8")
    with pytest.raises(StepFailed, match="remote"):
        sharing.share(finished.night, finished.record)
    remote.unlink()
