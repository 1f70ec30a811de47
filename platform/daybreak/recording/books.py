"""The ledger as a night finds it."""

from daybreak import releasing
from daybreak.ledger import Ledger
from daybreak.night import Night
from daybreak.records import DatasetRef
from daybreak.settings import Place
from daybreak.tracking import Registry


def open_ledger(place: Place) -> Ledger:
    """The ledger of a night's settings; a move that a dead process left half done is settled first."""
    settings = place.settings
    settings.home.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(settings.ledger, settings.lock_wait_seconds, settings.home)
    releasing.heal(ledger, Registry(settings.mlflow), place.project)
    return ledger


def note_attempt(night: Night, dataset: DatasetRef, artifact_sha256: str) -> None:
    """Tell the journal of a candidate that is about to be judged: attempts share one error."""
    open_ledger(night).note_attempt(night.project.name, sha256=artifact_sha256, data_digest=dataset.digest)
