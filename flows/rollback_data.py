"""Roll the data back to an earlier version, or forward again."""

from typing import Any

from prefect import flow

from daybreak.data.versioning import rollback
from daybreak.night import alone
from flows.opening import open_this_night
from flows.outcome import ended, named
from tasks.data import prepare


@flow(name="rollback-data", flow_run_name=named("to data {version}"))
def rollback_data(version: int, reason: str, actor: str = "the Prefect UI", project: str = "sample") -> Any:
    """Make the prepared data those of an earlier version; the next nights train on it until you go forward.

    Args:
        version: the data version to go back to; 0 to go forward again, to the newest data with all that waited.
        reason: why, for those who come after.
        actor: who asks for it.
        project: the project whose data to roll back.
    """
    night = open_this_night(project, "")
    wait = night.settings.lock_wait_seconds
    with alone(night):
        if version:
            back = rollback.rollback(night.project, version, reason=reason, actor=actor, wait_seconds=wait)
            return ended(project, f"The data are those of version {version}, until somebody goes forward.", back)
        rollback.forward(night.project, actor=actor, wait_seconds=wait)
        newest = prepare(night).value
    return ended(project, f"The data go on: version {newest.version} is prepared.", newest)
