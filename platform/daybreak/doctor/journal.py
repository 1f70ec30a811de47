"""Whether the ledger opens, its chain is whole, and MLflow's alias says the same."""

from collections.abc import Iterator

from daybreak.doctor.base import Finding, Patient, fault, healthy


def check(patient: Patient) -> Iterator[Finding]:
    """One finding for the chain, one for the alias."""
    from daybreak import releasing
    from daybreak.ledger import Ledger
    from daybreak.tracking import Registry

    settings, project = patient.settings, patient.project
    settings.home.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(settings.ledger, settings.lock_wait_seconds, settings.home)
    if broken := ledger.verify(project.name):
        yield fault("ledger", broken, "Somebody changed the journal: compare it with the copy on the remote")
    else:
        yield healthy("ledger", f"opens, and the journal of {project.name} is whole")
    outside = releasing.moved_outside(ledger, Registry(settings.mlflow), project)
    if outside:
        yield fault("alias", outside.found, outside.remedy)
    else:
        yield healthy("alias", "follows the journal")
