"""What Prefect's server has scheduled, asked without importing Prefect."""

from collections.abc import Iterator
from typing import Any

from daybreak.doctor import Finding, Patient
from daybreak.settings import Settings
from flows.stack import ask, stack_address

SCHEDULED = {"state": {"type": {"any_": ["SCHEDULED"]}}}


def next_run(settings: Settings, project: str) -> dict[str, str] | None:
    """The next scheduled run of a project: its time, name and flow; None while the stack is down."""
    address = stack_address(settings)
    found = _scheduled(address) if address else []
    mine = [run for run in found if run["parameters"].get("project", project) == project]
    return {"at": mine[0]["expected_start_time"], "name": mine[0]["name"], "id": mine[0]["id"]} if mine else None


def check(patient: Patient) -> Iterator[Finding]:
    """Whether what has a schedule also has runs: with a wrong SQLAlchemy the server looks well and plans nothing."""
    address = stack_address(patient.settings)
    if address is None:
        return
    found = ask(address, "/deployments/filter", {"limit": 200}) or []
    planned = [each["name"] for each in found if not each["paused"] and any(s["active"] for s in each["schedules"])]
    runs = _scheduled(address)
    yield Finding(
        check="schedules",
        ok=bool(runs) or not planned,
        found=f"{len(planned)} deployments have an active schedule, {len(runs)} runs are planned",
        remedy="" if runs or not planned else "Read .daybreak/stack/prefect.log; daybreak down && daybreak up",
    )


def _scheduled(address: str) -> list[dict[str, Any]]:
    question = {"flow_runs": SCHEDULED, "sort": "EXPECTED_START_TIME_ASC", "limit": 200}
    return ask(address, "/flow_runs/filter", question) or []
