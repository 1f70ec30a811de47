"""`daybreak model`: ask the champion, and see how it came to be."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from daybreak.cli.base import JsonOption, ProjectOption, model, moment, open_project, show
from daybreak.cli.release import as_row, open_place
from daybreak.errors import BadInput
from daybreak.night import Night
from daybreak.records import Champion, Move, Verdict

ANSWER_TOKENS = 256


@model.command("predict")
def model_predict(
    text: Annotated[list[str], typer.Argument(help="One or more texts.")],
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the champion."""
    from daybreak.inference import Predictor, recipe_of
    from daybreak.reports import listings

    night = open_project(project)
    champion = champion_of(night)
    if recipe_of(champion.artifact.path) == "generate":
        written, ran = _written(night, champion, text)
        show({"version": champion.version, "answers": written, "ran_on": ran}, as_json, listings.written)
        return
    predictor = Predictor.of(champion.artifact)
    predicted = predictor.predict(text)
    answers = [
        {"text": each, "label": label, "probability": round(float(row.max()), 4)}
        for each, label, row in zip(text, predicted.labels, predicted.probabilities, strict=True)
    ]
    ran = predictor.runtime.describe()
    show({"version": champion.version, "answers": answers, "ran_on": ran}, as_json, listings.answers)


def _written(night: Night, champion: Champion, texts: Sequence[str]) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """What a language model answers, or goes on with, and where it ran; DataError for a text it cannot hold."""
    from daybreak.inference.generator import Generator

    generator = Generator.of(champion.artifact)
    talks = night.params.ingest.messages_column is not None
    prompts = [generator.ask(text) if talks else text for text in texts]
    answers = generator.write(prompts, ANSWER_TOKENS, is_dialogue=talks, batch_size=1, whole=True)
    said = [{"text": text, "answer": answer} for text, answer in zip(texts, answers, strict=True)]
    return said, generator.runtime.describe()


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
    """List every move of the champion, newest first, and say who was champion: when, who, from, to, why."""
    from daybreak import moves
    from daybreak.reports import moves as tables

    found = moves.history(open_place(project), moment(at) if at else None)
    loads = [{**entry.facts, "at": entry.at} for entry in found.loads]
    listing = {
        "moves": [as_row(move) for move in found.moves],
        "champion": _with_grounds(found.champion, found.released_by, found.verdicts),
        "hold": found.hold.model_dump(mode="json") if found.hold else None,
        "loads": loads,
        "fault": found.fault,
    }
    show(listing, as_json, tables.history)


def _with_grounds(champion: Champion | None, move: Move | None, verdicts: Sequence[Verdict]) -> dict[str, Any] | None:
    """The champion with what it rests on."""
    if champion is None or move is None:
        return None
    return {
        **champion.model_dump(mode="json"),
        "commit": move.commit,
        "evidence": move.evidence,
        "verdicts": [verdict.model_dump(mode="json") for verdict in verdicts],
    }


def champion_of(night: Night) -> Champion:
    from daybreak.recording import open_ledger

    champion = open_ledger(night).champion(night.project.name)
    if champion is None:
        raise BadInput(
            f"project {night.project.name} has no champion yet", "a released model", "Run daybreak run first"
        )
    return champion
