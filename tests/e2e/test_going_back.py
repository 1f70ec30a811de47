"""Data that grow, go back and go on; a poisoned batch; a champion that is withdrawn: a bad week, by the commands."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from e2e_shell import Shell, make_shell
from making import NIGHT, aged, make_rows, run_git, swap_labels, write_csv

from daybreak import digests

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("going-back")]

# No search: what is tested here are data and releases.
SMALL = {**NIGHT, "tuning": {"trials": 0, "epochs": 1.0}}
SPLITS = ("train", "validation", "test")


def drop(shell: Shell, name: str, rows: list[tuple[str, str]]) -> None:
    aged(write_csv(shell.project.data / "incoming" / name, rows))


def prepared(shell: Shell, root: Path | None = None) -> dict[str, str]:
    """SHA-256 of each prepared file."""
    folder = (root or shell.project.root) / "data" / "split"
    return {name: digests.of_file(folder / f"{name}.parquet") for name in SPLITS}


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, list[dict[str, str]], list[dict[str, Any]]]:
    """Three nights, each with new rows: the shell, and each night's prepared files and record."""
    folder = tmp_path_factory.mktemp("week")
    shell = make_shell(folder, SMALL)
    remote = ["remote", "add", "--default", "shelf", str(folder / "shelf")]
    subprocess.run([sys.executable, "-m", "dvc", *remote], cwd=shell.project.root, check=True, capture_output=True)
    run_git(shell.project.root, "init", "--bare", "--quiet", str(folder / "origin.git"))
    run_git(shell.project.root, "remote", "add", "origin", str(folder / "origin.git"))
    files, records = [], []
    for night in range(3):
        if night:
            drop(shell, f"day-{night}.csv", make_rows(120, seed=70 + night))
        records.append(shell.json("run"))
        files.append(prepared(shell))
    return shell, files, records


def test_each_night_has_its_data_version(week: Any) -> None:
    _, files, records = week
    assert [record["data_version"] for record in records] == [1, 2, 3]
    assert len({file["train"] for file in files}) == 3
    assert [record["rows"]["kept"] for record in records] == [600, 720, 840]


def test_back_to_the_first_night_and_on_again(week: Any) -> None:
    shell, files, _ = week
    shell.json("data", "rollback", "1", "--reason", "bad labels since Tuesday", "--by", "Li")
    assert prepared(shell) == files[0]
    drop(shell, "day-4.csv", make_rows(60, seed=90))
    night = shell.json("run", "-p", "training.seed=18")
    assert night["data_version"] == 1
    assert prepared(shell) == files[0]
    assert any("rolled back to version 1 by Li" in note and "1 incoming" in note for note in night["notes"])
    assert shell.json("status")["data"]["waiting"] == 1
    shell.json("data", "forward")
    assert prepared(shell) == files[2]
    night = shell.json("run", "-p", "training.seed=18")
    assert (night["data_version"], night["notes"]) == (4, [])


def test_the_same_by_plain_tools_in_a_second_clone(week: Any, tmp_path: Path) -> None:
    shell, files, _ = week
    clone = tmp_path / "clone"
    run_git(tmp_path, "clone", "--quiet", str(shell.project.root), str(clone))
    (clone / ".dvc" / "config").write_bytes((shell.project.root / ".dvc" / "config").read_bytes())
    run_git(clone, "checkout", "--quiet", "data/1", "--", "dvc.lock", "params.yaml", "data/sources.yaml")
    for words in (["pull", "--quiet"], ["checkout", "--quiet"]):
        subprocess.run([sys.executable, "-m", "dvc", *words], cwd=clone, check=True, capture_output=True)
    assert prepared(shell, clone) == files[0]
    run_git(clone, "ls-remote", "--tags", str(shell.project.root.parent / "origin.git"), "data/1")


def test_a_poisoned_batch_is_held_aside_and_can_be_taken_out_again(week: Any) -> None:
    shell = week[0]
    before = shell.json("data", "versions")["versions"][-1]["version"]
    drop(shell, "poison.csv", swap_labels(make_rows(200, seed=91)))
    night = shell.json("run", "-p", "training.seed=18")
    assert night["status"] == "unchanged"
    assert night["data_version"] == before
    assert any("poison.csv" in note for note in night["notes"])
    shell.json("data", "quarantine", "--admit", "poison.csv", "--reason", "trust me", "--by", "Wang")
    assert shell.json("data", "prepare")["data_version"] == before + 1
    shell.json("data", "exclude", "poison.csv", "--reason", "no more", "--by", "Wang")
    assert shell.json("data", "prepare")["data_version"] == before


def test_a_withdrawn_champion_does_not_come_back_by_itself(week: Any) -> None:
    shell = week[0]
    released = shell.json("run", "-p", "training.seed=19")
    assert released["status"] == "released", released["reason"]
    version = released["model"]["version"]
    move = shell.json("model", "rollback", "--reason", "answers got worse", "--by", "Li")
    assert move["outcome"] == "done"
    assert move["duration_ms"] <= 60_000  # 300 on a machine with nothing else to do
    history = shell.json("model", "history")
    assert history["champion"]["version"] != version
    assert history["hold"]
    again = shell.json("run", "-p", "training.seed=19")
    assert again["status"] in ("held", "unchanged")
    assert shell.json("model", "history")["champion"]["version"] != version
    shell.json("model", "unhold", "--by", "Li", "--reason", "it was the cache")
    let_go = shell.json("run", "-p", "training.seed=19")
    assert (let_go["status"], let_go["reused"].count("train")) == ("released", 1)
    assert let_go["model"]["sha256"] == released["model"]["sha256"]
    assert shell.json("model", "history")["champion"]["version"] == let_go["model"]["version"]
