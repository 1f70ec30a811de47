"""Every check is found by its place, and one that breaks does not keep the others from speaking."""

from pathlib import Path
from pkgutil import iter_modules

import pytest

from daybreak import doctor
from daybreak.doctor import Patient, disk, repository
from daybreak.errors import ProjectError


def test_a_sound_patient_is_found_sound(patient: Patient) -> None:
    found = list(doctor.examine(patient))
    assert [each for each in found if not each.ok] == []
    assert {"python", "packages", "onnxruntime", "disk", "ports", "git", "dvc", "ledger", "alias", "gpu", "clock"} <= {
        each.check for each in found
    }


def test_every_file_is_a_check(patient: Patient) -> None:
    names = {found.name for found in iter_modules(doctor.__path__)} - {"base"}
    assert len(names) >= 9
    assert all(hasattr(__import__(f"daybreak.doctor.{name}", fromlist=["check"]), "check") for name in names)


def test_faults_come_with_a_remedy(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "NEEDED_BYTES", 10**18)
    faults = [each for each in doctor.examine(patient) if not each.ok]
    assert faults
    assert all(each.remedy for each in faults)


def test_a_check_that_breaks_is_a_finding(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: Patient) -> None:
        raise KeyError("surprise")

    def refuses(_: Patient) -> None:
        raise ProjectError("the disk is full", "room", "Free some")

    monkeypatch.setattr(disk, "check", breaks)
    monkeypatch.setattr(repository, "check", refuses)
    found = {each.check: each for each in doctor.examine(patient) if not each.ok}
    assert found["disk"].found == "the check itself broke: KeyError: 'surprise'"
    assert found["repository"].remedy == "Free some"


def test_a_checkout_without_a_commit(tmp_path: Path, patient: Patient) -> None:
    bare = Patient(project=patient.project, checkout=tmp_path, settings=patient.settings)
    (fault,) = [each for each in doctor.examine(bare) if each.check == "repository"]
    assert "git" in fault.remedy
