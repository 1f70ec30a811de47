"""The rows that Prefect's server has of a schedule's runs, by due time: found, kept to run late, written off."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelled, Scheduled

from flows.nightly import Schedule
from flows.opening import LATE

MISSED = "missed"  # tag of a run that is not made, and the first word of its reason
PAGE = 200


class Rows:
    """Rows of one schedule that fell due in `(after, until]`, and older ones that still wait to start."""

    def __init__(self, client: SyncPrefectClient, schedule: Schedule, after: datetime, until: datetime) -> None:
        self._client, self._schedule = client, schedule
        # So begin the keys of Prefect's own scheduler, and the server makes no second row for a key.
        self._key = f"scheduled {schedule.deployment.id} {schedule.found.id} "
        due = {"expected_start_time": {"after_": after, "before_": until}}
        unstarted = {"next_scheduled_start_time": {"before_": until}, "state": {"type": {"any_": ["SCHEDULED"]}}}
        found = [*self._read(due), *(row for row in self._read(unstarted) if _is_waiting(row))]
        self._rows: dict[datetime, FlowRun] = {row.expected_start_time: row for row in found if row.expected_start_time}

    @property
    def waiting(self) -> set[datetime]:
        """Due times whose run has yet to start for the first time."""
        return {due for due, row in self._rows.items() if _is_waiting(row)}

    @property
    def started(self) -> set[datetime]:
        """Due times whose run started once, or was ended by somebody."""
        return self._rows.keys() - self.waiting

    def keep(self, due: datetime, tag: str = LATE) -> FlowRun:
        """See to it that a run waits for this due time, marked with the tag."""
        row = self._rows.get(due)
        if row is None:
            return self._make(due, tag)
        self._client.update_flow_run(row.id, tags=sorted({*row.tags, tag}))
        return row

    def write_off(self, due: datetime, reason: str) -> None:
        """End the run for this due time as Cancelled, though nobody may have queued it."""
        row = self.keep(due, MISSED)
        self._client.set_flow_run_state(row.id, Cancelled(message=f"{MISSED}: {reason}"), force=True)

    def _make(self, due: datetime, tag: str) -> FlowRun:
        return self._client.create_flow_run_from_deployment(
            self._schedule.deployment.id,
            parameters=self._schedule.parameters,
            state=Scheduled(scheduled_time=due.astimezone(UTC)),
            tags=[tag],
            idempotency_key=f"{self._key}{due}",
        )

    def _read(self, narrowed: dict[str, Any]) -> Iterator[FlowRun]:
        query = FlowRunFilter.model_validate({**narrowed, "deployment_id": {"any_": [self._schedule.deployment.id]}})
        for offset in count(step=PAGE):
            page = self._client.read_flow_runs(flow_run_filter=query, limit=PAGE, offset=offset)
            yield from (row for row in page if (row.idempotency_key or "").startswith(self._key))
            if len(page) < PAGE:
                return


def _is_waiting(run: FlowRun) -> bool:
    return run.state_name in {"Scheduled", "Late"} and run.run_count == 0
