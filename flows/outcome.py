"""How the flows around the night are named in the Prefect UI, and how they say there what came of them."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from daybreak.records import Record
from flows.opening import run_name
from tasks.outcomes import show_outcome


def named(what: str) -> Callable[[], str]:
    """Name of a flow run: its date, its project, and what it is about in terms of its `{parameters}`."""

    def name() -> str:
        return f"{run_name()} {what.format_map(defaultdict(str, flow_run.parameters))}".strip()

    return name


def ended(project: str, message: str, found: Record, *, name: str = "Completed") -> State[Any]:
    """Show what was found beside the run, and complete in a state of that name; its data is what was found."""
    show_outcome(project, flow_run.flow_name or "outcome", message, found.model_dump(mode="json"))
    return Completed(name=name, message=message, data=found)
