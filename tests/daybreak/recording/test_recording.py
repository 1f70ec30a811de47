"""A night leaves a released version, a journal row, a dossier and a record that agree."""

from making import Finished

from daybreak import recording
from daybreak.tracking import Registry


def test_the_first_night_is_released(finished: Finished) -> None:
    record = finished.record
    assert record.status == "released", record.reason
    assert record.model is not None
    assert (record.model.version, record.model.alias) == (1, "champion")
    assert record.model.sha256 == finished.results.exported.shipped.sha256


def test_ledger_registry_and_record_agree(finished: Finished) -> None:
    night = finished.night
    ledger = recording.open_ledger(night)
    champion = ledger.champion("sample")
    assert champion is not None
    assert champion.sha256 == finished.results.exported.shipped.sha256
    assert Registry(night.settings.mlflow).alias(night.project) == champion.version
    assert ledger.run("sample", finished.record.run_id) == finished.record
