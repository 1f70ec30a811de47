"""A finding is well, or a fault with a remedy; a patient needs no readable params.yaml."""

import pickle

from daybreak.doctor import Patient
from daybreak.doctor.base import fault, healthy


def test_a_finding_is_well_or_has_a_remedy() -> None:
    assert (healthy("disk", "70 GiB").ok, healthy("disk", "70 GiB").remedy) == (True, "")
    found = fault("disk", "1 GiB", "Free some")
    assert (found.ok, found.check, found.found, found.remedy) == (False, "disk", "1 GiB", "Free some")
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_patient_may_have_a_params_file_nobody_can_read(patient: Patient) -> None:
    patient.project.params_file.write_text("{", encoding="utf-8")
    assert Patient(project=patient.project, checkout=patient.checkout, settings=patient.settings) == patient
