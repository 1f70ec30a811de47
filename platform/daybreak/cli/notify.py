"""`daybreak notify`: whether people would be told."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from daybreak.cli.base import JsonOption, ProjectOption, app, open_project, show


@app.command("notify")
def notify(
    test: Annotated[bool, typer.Option("--test", help="Send a test message now, and call the heartbeat.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who is told of a night (DAYBREAK_NOTIFY_*) and what came of the last message to each of them."""
    from daybreak.notifying import Note, beat, compose, deliveries, send

    night = open_project(project)
    settings = night.settings
    if test:
        card = compose(Note(kind="test", project=night.project.name, at=datetime.now(UTC)), settings.notify_language)
        send(settings, card)
        beat(settings)
    configured = sorted(settings.addresses) + (["heartbeat"] if settings.heartbeat_url else [])
    last = deliveries(settings)
    rows = [{"channel": name, **_told(last.get(name))} for name in configured]
    show({"channels": rows}, as_json, _table)
    if test and any(row["error"] for row in rows):
        raise typer.Exit(1)


def _table(found: dict[str, Any]) -> Any:
    from daybreak.reports.listings import table

    if not found["channels"]:
        return "Nobody is told: set a DAYBREAK_NOTIFY_… variable first, see docs/notifications.md."
    rows = [(each["channel"], each["at"], each["subject"], _outcome(each)) for each in found["channels"]]
    return table(("channel", "last message", "what", "came back"), rows)


def _outcome(told: dict[str, Any]) -> str | None:
    return told["error"] or ("taken" if told["at"] else None)


def _told(delivery: Any) -> dict[str, Any]:
    told = delivery.model_dump(mode="json", include={"at", "subject", "error"}) if delivery else {}
    return {"at": None, "subject": None, "error": None, **told}
