"""`daybreak reset`: as new."""

from typing import Annotated

import typer

from daybreak.cli.base import JsonOption, ProjectOption, app, open_project, show


@app.command("reset")
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete the state of all projects: runs, models, champions, tracking. Data and its tags stay."""
    import shutil

    from daybreak import stack
    from daybreak.errors import Busy
    from daybreak.night import alone
    from daybreak.settings import STATE

    night = open_project(project)
    home = night.settings.home
    if stack.living(night.settings.stack):
        raise Busy("the stack is up", "to have its databases alone", "Run daybreak down first")
    if not yes and not typer.confirm(f"Delete every run, model and release in {home}?"):
        raise typer.Abort
    with alone(night):
        found = [path for name in STATE for path in home.glob(name)]
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    show({"deleted": [str(path) for path in found]}, as_json, lambda _: f"Emptied {home}. Data versions are kept.")
