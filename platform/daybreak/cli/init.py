"""`daybreak init`: a project of your own."""

from getpass import getuser
from pathlib import Path
from typing import Annotated, Any

import typer

from daybreak.cli.base import JsonOption, app, show


@app.command("init")
def init(
    name: Annotated[str, typer.Argument(help="The project's name: lower-case letters, digits, - and _.")],
    recipe: Annotated[str | None, typer.Option(help="Kind of learning problem, such as classify.")] = None,
    from_model: Annotated[
        Path | None, typer.Option(help="Folder of the model that is in production: measured, and first champion.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Rows: a file or folder; else put them into the project.")] = None,
    text_column: Annotated[str, typer.Option(help="Name of the column with the text.")] = "text",
    label_column: Annotated[str, typer.Option(help="Name of the column with the label.")] = "label",
    as_json: JsonOption = False,
) -> None:
    """Make a project of your own in projects/NAME, with its own settings, data, schedule and champion."""
    from contextlib import nullcontext

    from daybreak import founding, projects, recipes
    from daybreak.errors import BadInput
    from daybreak.night import open_night
    from daybreak.reports import bars

    if from_model and not data:
        raise BadInput("--from-model measures the model on your rows", "--data", "Say where they are")
    checkout = projects.find_checkout(Path.cwd())
    project = founding.found(
        checkout, name, recipe=recipe, data=data, text_column=text_column, label_column=label_column
    )
    told: dict[str, Any] = {"project": name, "root": str(project.root), "champion": None}
    if from_model:
        with founding.undone_on_error(project), nullcontext() if as_json else bars.watching():
            opened = open_night(name, (), checkout)
            reason = f"in production when project {name} was made"
            adopted = founding.adopt(opened, from_model.expanduser().absolute(), actor=getuser(), reason=reason)
        told["champion"] = {"version": adopted.move.to_version, "metrics": adopted.metrics}
    night = "run" if recipe is None or recipes.releasable(recipe) else "run train-model"
    show({**told, "next": _next(name, data is None, night)}, as_json, _in_words)


def _next(name: str, needs_rows: bool, command: str) -> list[str]:
    rows = [f"Put your rows into projects/{name}/rows/ (its README.md says how)"] if needs_rows else []
    return [
        *rows,
        f"Look through projects/{name}/params.yaml",
        f'git add projects/{name} && git commit -m "Add project {name}"',
        f"daybreak {command} --project {name}",
    ]


def _in_words(told: dict[str, Any]) -> str:
    lines = [f"Made projects/{told['project']}."]
    if champion := told["champion"]:
        measured = ", ".join(f"{metric} {value:.4f}" for metric, value in champion["metrics"].items())
        lines.append(f"Its champion is version {champion['version']}: {measured} on the test rows.")
    return "\n".join([*lines, "Next:", *(f"  {number}. {step}" for number, step in enumerate(told["next"], 1))])
