"""`daybreak status` and `daybreak doctor`: how things are, and what is wrong."""

from pathlib import Path
from typing import Any

import typer

from daybreak import doctor as room
from daybreak import stack
from daybreak.cli import JsonOption, ProjectOption, app, show
from daybreak.projects import find_checkout, find_project
from daybreak.records import Project
from daybreak.reports import operations
from daybreak.settings import Settings, load_settings
from flows import nights, schedules
from flows.stack import PARTS


@app.command("status")
def status(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Tell how each part of the stack is, the last and the next night, and what waits for a person."""
    found, settings = find_project(project, Path.cwd()), load_settings(find_checkout(Path.cwd()))
    told = {
        "project": found.name,
        "parts": {name: each.model_dump(mode="json") for name, each in _parts(settings).items()},
        "next_run": schedules.next_run(settings, found.name),
        "unreleased": nights.why_unreleased(find_checkout(Path.cwd()), found.name),
        **_remembered(found, settings),
        "data": _data(found),
    }
    show(told, as_json, operations.status)


@app.command("doctor")
def doctor(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Look for whatever may spoil a night; exit with 1, and a remedy for each fault, if there is any."""
    found, checkout = find_project(project, Path.cwd()), find_checkout(Path.cwd())
    patient = room.Patient(project=found, checkout=checkout, settings=load_settings(checkout))
    findings = [*room.examine(patient), *schedules.check(patient)]
    told = {"ok": all(each.ok for each in findings), "checks": [each.model_dump(mode="json") for each in findings]}
    show(told, as_json, operations.diagnosis)
    if not told["ok"]:
        raise typer.Exit(1)


def _parts(settings: Settings) -> dict[str, stack.PartState]:
    living = stack.living(settings.stack)
    known = living.parts if living else {}
    return {name: known.get(name, stack.PartState(state="down")) for name in PARTS}


def _remembered(project: Project, settings: Settings) -> dict[str, Any]:
    """What the ledger says: holds, the last run and what came of it, the champion."""
    from daybreak.ledger import Ledger

    settings.home.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(settings.ledger, settings.lock_wait_seconds, settings.home)
    holds, last, champion = ledger.holds(project.name), ledger.run(project.name), ledger.champion(project.name)
    wanted = {"run_id", "status", "reason", "data_version"}
    return {
        "hold": holds[0].model_dump(mode="json") if holds else None,
        "last_run": {"at": str(last.finished_at), **last.model_dump(mode="json", include=wanted)} if last else None,
        "champion": champion.version if champion else None,
    }


def _data(project: Project) -> dict[str, Any]:
    from daybreak.data.admitting import incoming
    from daybreak.data.versioning import pin

    pinned = pin.pinned(project)
    return {
        "pinned": pinned.model_dump(mode="json", exclude={"before"}) if pinned else None,
        "waiting": incoming.waiting(project),
        "held": [each.model_dump(mode="json", include={"name", "reason"}) for each in incoming.held(project)],
    }
