"""The ledger as a night finds it."""

from daybreak import releasing
from daybreak.ledger import Ledger
from daybreak.settings import Place
from daybreak.tracking import Registry


def open_ledger(place: Place) -> Ledger:
    """The ledger of a night's settings; a move that a dead process left half done is settled first."""
    settings = place.settings
    settings.home.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(settings.ledger, settings.lock_wait_seconds, settings.home)
    releasing.heal(ledger, Registry(settings.mlflow), place.project)
    return ledger
