"""What follows a night that is recorded: sharing what it leaves, and removing what nights of the past left."""

from prefect import task

from daybreak import recording, retention, sharing
from daybreak.night import Night
from daybreak.records import RunRecord
from daybreak.retention import Cleaned
from daybreak.sharing import Shared


@task(name="share", retries=1, retry_delay_seconds=30, timeout_seconds=3600)
def share(night: Night, record: RunRecord) -> Shared:
    """Share data versions, journal and dossier where the project has a remote."""
    return sharing.share(night, record)


@task(name="tidy", timeout_seconds=3600)
def tidy(night: Night) -> Cleaned:
    """Remove what no kept night and no release points to."""
    return retention.clean(night, recording.open_ledger(night))
