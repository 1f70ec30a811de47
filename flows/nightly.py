"""The nightly schedules as Prefect's server keeps them, with whatever people made of them in the UI."""

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.server.schemas.schedules import SCHEDULE_TYPES
from pydantic import TypeAdapter

from daybreak.errors import BadInput
from daybreak.stack.due import MOST, due_times
from flows import nights

Policy = Literal["skip", "latest", "all"]  # of what fell due while the machine was off, what runs late
NIGHTLY = f"{nights.RELEASING}/daybreak"


@dataclass(frozen=True)
class Schedule:
    """One schedule of a nightly deployment."""

    deployment: DeploymentResponse
    found: DeploymentSchedule

    @property
    def parameters(self) -> dict[str, Any]:
        """What its runs are started with."""
        return {"project": "sample", **(self.deployment.parameters or {}), **self.found.parameters}

    @property
    def policy(self) -> Policy:
        asked = self.parameters.get("missed_runs")
        return next((policy for policy in get_args(Policy) if policy == asked), "latest")

    def due(self, after: datetime, until: datetime) -> list[datetime]:
        """Due times in `(after, until]`, oldest first: from the schedule itself, not from what Prefect queued of it."""
        schedule = self.found.schedule
        if isinstance(schedule, CronSchedule) and schedule.day_or:
            with contextlib.suppress(BadInput):  # Prefect also reads words such as @daily
                return due_times(schedule.cron, schedule.timezone or "UTC", after, until)
        theirs: Any = TypeAdapter(SCHEDULE_TYPES).validate_python(schedule.model_dump())
        return [due for due in asyncio.run(theirs.get_dates(MOST, after, until)) if due > after]


def active(client: SyncPrefectClient) -> list[Schedule]:
    """The active schedules of the nightly deployments; none of one that is paused or gone."""
    found = []
    for flow in (nights.RELEASING, nights.TRAINING):
        with contextlib.suppress(ObjectNotFound):
            deployment = client.read_deployment_by_name(f"{flow}/daybreak")
            active = [] if deployment.paused else [each for each in deployment.schedules if each.active]
            found += [Schedule(deployment, each) for each in active]
    return found
