"""`daybreak up` and `daybreak down`: the stack, one command each way."""

from contextlib import nullcontext
from pathlib import Path
from subprocess import Popen
from typing import Annotated, Any

import typer

from daybreak import stack
from daybreak.cli import JsonOption, ProjectOption, app, show
from daybreak.projects import find_checkout, find_project, list_projects
from daybreak.reports import operations
from daybreak.settings import Settings, export_environment, load_settings
from daybreak.stack import boot, ports
from flows import nights
from flows.stack import prefect_environment, stack_address


@app.command("up")
def up(
    reset_schedules: Annotated[
        bool, typer.Option("--reset-schedules", help="Put every schedule back to infra/prefect.yaml.")
    ] = False,
    at_boot: Annotated[
        bool | None, typer.Option("--at-boot/--no-at-boot", help="Also start it when the machine does, from now on.")
    ] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start Prefect's server and UI, MLflow's, and a worker, on loopback; a second time, say what runs."""
    find_project(project, Path.cwd())
    checkout = find_checkout(Path.cwd())
    settings = load_settings(checkout)
    notes = [] if at_boot is None else boot.arrange(checkout, settings.stack, wanted=at_boot)
    notes += filter(None, (nights.why_unreleased(checkout, name) for name in list_projects(checkout)))
    process = None
    if stack.living(settings.stack) is None:
        process, taken = _launch(settings, checkout, reset_schedules)
        notes += taken
    with nullcontext(lambda _: None) if as_json else operations.watching() as tell:
        for state in stack.follow(settings.stack, process):
            tell(state.model_dump())
    if reset_schedules and process is None:
        _deploy_again(settings)
    told = {**stack.announced(settings.home), "notes": notes, "new": process is not None}
    show(told, as_json, operations.welcome)


@app.command("down")
def down(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """End the stack and everything it started; what was set in the Prefect UI stays."""
    find_project(project, Path.cwd())
    settings = load_settings(find_checkout(Path.cwd()))
    ran = stack.living(settings.stack) is not None
    killed = stack.stop(settings.stack)
    show({"ran": ran, "killed": killed}, as_json, operations.farewell)


def _launch(settings: Settings, checkout: Path, reset_schedules: bool) -> tuple["Popen[bytes]", list[str]]:
    from flows import supervising

    prefect = ports.take(settings.prefect_port, ports.USUAL["prefect"], "DAYBREAK_PREFECT_PORT")
    mlflow = ports.take(settings.mlflow_port, ports.USUAL["mlflow"], "DAYBREAK_MLFLOW_PORT", without={prefect.port})
    command = supervising.command(prefect.port, mlflow.port, *(["--reset-schedules"] if reset_schedules else []))
    home = {"DAYBREAK_HOME": str(settings.home)}
    claims = [chosen.claim for chosen in (prefect, mlflow) if chosen.claim]
    process = stack.launch(command, settings.stack, checkout, home, claims=claims)
    for claim in claims:
        claim.close()
    return process, [chosen.note for chosen in (prefect, mlflow) if chosen.note]


def _deploy_again(settings: Settings) -> Any:
    export_environment({**prefect_environment(settings), "PREFECT_API_URL": stack_address(settings) or ""})
    from flows import deploying

    return deploying.deploy(settings, reset_schedules=True)
