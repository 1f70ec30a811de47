"""`daybreak model`: ask the champion, and see how it came to be."""

from typing import Annotated

import typer

from daybreak.cli.base import JsonOption, ProjectOption, model, moment, open_project, show
from daybreak.errors import BadInput
from daybreak.night import Night
from daybreak.records import Champion


@model.command("predict")
def model_predict(
    text: Annotated[list[str], typer.Argument(help="One or more texts.")],
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the champion."""
    from daybreak.inference import Predictor
    from daybreak.reports import listings

    champion = champion_of(open_project(project))
    predicted = Predictor(champion.artifact.path).predict(text)
    answers = [
        {"text": each, "label": label, "probability": round(float(row.max()), 4)}
        for each, label, row in zip(text, predicted.labels, predicted.probabilities, strict=True)
    ]
    show({"version": champion.version, "answers": answers}, as_json, listings.answers)


@model.command("versions")
def model_versions(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the registered versions, newest first, and which one is champion."""
    from daybreak.recording import open_ledger
    from daybreak.reports import listings
    from daybreak.tracking import Registry

    night = open_project(project)
    champion = open_ledger(night).champion(night.project.name)
    known = Registry(night.settings.mlflow).versions(night.project)
    found = [
        {**each.model_dump(mode="json"), "champion": bool(champion and champion.version == each.version)}
        for each in known
    ]
    show({"versions": found}, as_json, listings.model_versions)


@model.command("history")
def model_history(
    at: Annotated[str | None, typer.Option(help="A moment with its zone, such as 2026-11-20T08:00+08:00.")] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every move of the champion, newest first: when, who, from, to, why."""
    from daybreak.recording import open_ledger
    from daybreak.reports import listings

    night = open_project(project)
    moves = open_ledger(night).history(night.project.name, moment(at) if at else None)
    rows = [
        {
            **move.model_dump(mode="json", exclude={"from_version", "to_version"}),
            "from": move.from_version,
            "to": move.to_version,
        }
        for move in moves
    ]
    show({"moves": rows}, as_json, listings.history)


def champion_of(night: Night) -> Champion:
    from daybreak.recording import open_ledger

    champion = open_ledger(night).champion(night.project.name)
    if champion is None:
        raise BadInput(
            f"project {night.project.name} has no champion yet", "a released model", "Run daybreak run first"
        )
    return champion
