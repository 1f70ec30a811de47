"""The ledger opens and says the same as MLflow's alias."""

import shutil
from pathlib import Path

from making import Finished

from daybreak.doctor import Patient, journal
from daybreak.settings import Settings
from daybreak.tracking import Registry


def test_a_new_ledger_is_well(patient: Patient) -> None:
    assert [(each.check, each.ok) for each in journal.check(patient)] == [("ledger", True), ("alias", True)]


def test_an_alias_moved_by_somebody_else_is_noticed(finished: Finished, tmp_path: Path) -> None:
    night = finished.night
    home = tmp_path / "home"
    home.mkdir()
    for name in ("ledger.db", "mlflow.db"):
        for file in night.settings.home.glob(f"{name}*"):
            shutil.copy(file, home / file.name)
    patient = Patient(project=night.project, checkout=night.checkout, settings=Settings(home=home))
    assert all(each.ok for each in journal.check(patient))
    Registry(patient.settings.mlflow).set_alias(night.project, None)
    (fault,) = [each for each in journal.check(patient) if not each.ok]
    assert fault.check == "alias"
    assert "reconcile" in fault.remedy
