"""git and dvc can do their part."""

import json
import os
import subprocess

import pytest

from daybreak.doctor import Patient, repository
from daybreak.errors import ProjectError


def test_a_clean_checkout_and_a_changed_one(patient: Patient) -> None:
    git, dvc = repository.check(patient)
    assert git.ok and "clean" in git.found
    assert dvc.ok
    (patient.checkout / "new").touch()
    assert "with changes" in next(iter(repository.check(patient))).found


def test_no_commit_is_for_the_doctor_to_say(patient: Patient) -> None:
    subprocess.run(["rm", "-rf", str(patient.checkout / ".git")], check=True)
    subprocess.run(["git", "init", "-q", str(patient.checkout)], check=True)
    with pytest.raises(ProjectError, match="no commit yet"):
        list(repository.check(patient))


def test_dvc_that_was_never_set_up(patient: Patient) -> None:
    (patient.checkout / ".dvc" / "config").unlink()
    found = repository.judge_dvc(patient.checkout)
    assert not found.ok
    assert "git checkout" in found.remedy


@pytest.mark.parametrize("alive", [True, False])
def test_a_lock_of_the_dead(patient: Patient, alive: bool) -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    pid = os.getpid() if alive else process.pid
    table = {"data/a": {"read": [{"pid": pid, "cmd": "dvc repro"}]}, "data/b": {"write": {"pid": pid, "cmd": "dvc"}}}
    rwlock = patient.checkout / ".dvc" / "tmp" / "rwlock"
    rwlock.parent.mkdir(exist_ok=True)
    rwlock.write_text(json.dumps(table), encoding="utf-8")
    found = repository.judge_dvc(patient.checkout)
    assert found.ok is alive
    assert alive or str(pid) in found.found


def test_a_damaged_table_names_nobody(patient: Patient) -> None:
    rwlock = patient.checkout / ".dvc" / "tmp" / "rwlock"
    rwlock.parent.mkdir(exist_ok=True)
    rwlock.write_text("{", encoding="utf-8")
    assert repository.judge_dvc(patient.checkout).ok
