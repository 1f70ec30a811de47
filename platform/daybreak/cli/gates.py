"""`daybreak gates`: list the gates, say what they can decide, and explain their verdicts."""

from daybreak.cli.base import JsonOption, ProjectOption, RunArgument, find_run, gates, open_project, show
from daybreak.errors import BadInput


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
        for name, module in room.discover().items()
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
        for gate, questions in planning.plan(dataset, night.params.gates).items()
        for each in questions
    ]
    show({"plan": found}, as_json, listings.gate_plan)


@gates.command("explain")
def gates_explain(
    run: RunArgument = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say in sentences what each gate measured, and why the candidate passed or not."""
    from daybreak.reports import listings

    verdicts = [verdict.model_dump(mode="json") for verdict in find_run(open_project(project), run).verdicts]
    show({"verdicts": verdicts}, as_json, listings.explanation)
