"""What a terminal shows of the stack: how it comes up, where it answers, how it is, and what the doctor found."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType

_STYLES = {
    "up": "green",
    "done": "green",
    "ok": "green",
    "failed": "bold red",
    "unwell": "yellow",
    "restarting": "yellow",
    "down": "dim",
}
_FORWARDED = "ssh -L {prefect}:127.0.0.1:{prefect} -L {mlflow}:127.0.0.1:{mlflow} {user}@{host}"


@contextmanager
def watching() -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Within this block, each state of a stack that comes up is shown: a line for each part that is well."""
    from rich.console import Console

    console, began, seen = Console(), time.monotonic(), set()
    with console.status("starting the stack") as status:

        def tell(state: Mapping[str, Any]) -> None:
            parts = state["parts"].items()
            for name, part in parts:
                if part["state"] in ("up", "done") and name not in seen:
                    seen.add(name)
                    console.print(f"  [green]✓[/] {name:<12} {time.monotonic() - began:5.1f} s  {part['address']}")
            waited = ", ".join(name for name, part in parts if part["state"] in ("starting", "restarting"))
            status.update(f"starting {waited}" if waited else "starting the stack")

        yield tell


def welcome(told: Mapping[str, Any]) -> str:
    """Where the stack answers, how colleagues reach it, and what to do next."""
    import getpass
    import socket

    prefect, mlflow = told["prefect"].removesuffix("/api"), told["mlflow"]
    numbers = {"prefect": prefect.rpartition(":")[2], "mlflow": mlflow.rpartition(":")[2]}
    lines = [
        "Daybreak is up." if told["new"] else f"Daybreak is up since {told['started_at']}; nothing was started twice.",
        "",
        f"  Prefect  {prefect}  start flows, edit the schedule, see why a release was refused",
        f"  MLflow   {mlflow}  compare runs, see the registered versions",
        "",
        "From another machine:",
        "  " + _FORWARDED.format(**numbers, user=getpass.getuser(), host=socket.gethostname()),
        "Next: Deployments > retrain-and-release > Run in Prefect, or wait for tonight.",
        "  daybreak status says how things are, daybreak down ends it.",
        *(f"Note: {note}" for note in told["notes"]),
    ]
    return "\n".join(lines)


def farewell(told: Mapping[str, Any]) -> str:
    """What `down` did."""
    said = "Daybreak is down." if told["ran"] else "Daybreak was not up."
    return f"{said} {told['killed']} processes that were left had to be killed." if told["killed"] else said


def status(told: Mapping[str, Any]) -> "RenderableType":
    """The parts of the stack, and what a project waits for."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("part", "state", "address", "process", "since", "restarts"):
        parts.add_column(title)
    for name, part in told["parts"].items():
        state = Text(part["state"], style=_STYLES.get(part["state"], ""))
        pid, since = str(part["pid"] or ""), str(part["since"] or "")[:19]
        parts.add_row(name, state, part["address"], pid, since, str(part["restarts"] or ""))
    return Group(parts, Text(""), *(Text(f"{title:<10} {text}") for title, text in _facts(told)))


def _facts(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "project", told["project"]
    following, last, hold, pin = told["next_run"], told["last_run"], told["hold"], told["data"]["pinned"]
    yield "next run", f"{following['at']}  {following['name']}" if following else "none is scheduled"
    if told["unreleased"]:
        yield "nights", told["unreleased"]
    yield "last run", f"{last['at']}  {last['run_id']}: {last['status']}. {last['reason']}" if last else "none yet"
    yield "champion", f"version {told['champion']}" if told["champion"] else "none yet"
    if hold:
        yield "hold", f"{hold['reason']} (by {hold['actor']}, {hold['at']}); lift it with daybreak model unhold"
    if pin:
        yield "data", f"rolled back to version {pin['version']}: {pin['reason']}; daybreak data forward ends it"
    if told["data"]["waiting"]:
        yield "incoming", f"{told['data']['waiting']} files wait"
    for batch in told["data"]["held"]:
        yield "held", f"batch {batch['name']}: {batch['reason']}"


def diagnosis(told: Mapping[str, Any]) -> "RenderableType":
    """Every check with what it found, and a remedy for each fault."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, show_header=False)
    for finding in told["checks"]:
        mark = "ok" if finding["ok"] else "failed"
        text = finding["found"] + (f"\n→ {finding['remedy']}" if finding["remedy"] else "")
        drawn.add_row(Text(mark, style=_STYLES[mark]), finding["check"], Text(text))
    return drawn
