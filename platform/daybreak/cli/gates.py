"""`daybreak gates`: list the gates, say what they can decide, and explain their verdicts."""

from typing import Annotated, Literal

import typer

from daybreak.cli.base import JsonOption, ProjectOption, RunArgument, gates, open_project, show
from daybreak.errors import BadInput

LanguageOption = Annotated[
    Literal["en", "zh"] | None, typer.Option("--language", help="Of the sentences; the terminal's without it.")
]


@gates.command("list")
def gates_list(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Name every gate with its file, mode and limits."""
    from daybreak import gates as room
    from daybreak.reports import listings

    night = open_project(project)
    found = [
        {
            "gate": name,
            "file": str(module.__file__),
            "mode": getattr(night.params.gates, name).mode,
            "limits": getattr(night.params.gates, name).model_dump(mode="json", exclude={"mode"}),
        }
        for name, module in room.discover(night.project.plugins).items()
    ]
    show({"gates": found}, as_json, listings.gates)


@gates.command("plan")
def gates_plan(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Say, before any training, which questions the prepared rows can settle, and how many more the others need."""
    from daybreak.data.versioning import versions
    from daybreak.gates import planning
    from daybreak.reports import listings

    night = open_project(project)
    dataset = versions.status(night.project)
    if dataset is None:
        raise BadInput("the data is not prepared as params.yaml has it", "a data version", "Run daybreak data prepare")
    found = [
        {"gate": gate, "settled": each.settled, **each._asdict()}
        for gate, questions in planning.plan(dataset, night.params.gates, night.project.plugins).items()
        for each in questions
    ]
    show({"plan": found}, as_json, listings.gate_plan)


@gates.command("explain")
def gates_explain(
    run: RunArgument = None,
    language: LanguageOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="With each gate's own figures and bounds.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say in plain sentences why a candidate was refused, and what would change that."""
    from daybreak.recording import open_ledger
    from daybreak.reports import explaining
    from daybreak.settings import terminal_language

    chosen = language or terminal_language()
    night = open_project(project)
    runs = night.settings.runs(night.project)
    told = explaining.explain(open_ledger(night), night.project.name, run, chosen, runs)
    show(told, as_json, lambda found: explaining.in_words(found, chosen, verbose=verbose))
