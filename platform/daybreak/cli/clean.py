"""`daybreak clean`: remove what past nights left behind."""

from typing import Annotated

import typer

from daybreak.cli.base import JsonOption, app, open_project, show


@app.command("clean")
def clean(
    project: Annotated[str | None, typer.Option("--project", help="This project only; all of them by default.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove old trials, checkpoints, caches and reports, as each night does when it ends.

    Kept: the last nights of `retention.nights`, every release with its model and report, the journal, and all data.
    """
    from contextlib import nullcontext
    from pathlib import Path

    from daybreak import projects, retention
    from daybreak.night import alone
    from daybreak.recording import open_ledger

    names = [project] if project else projects.list_projects(projects.find_checkout(Path.cwd()))
    cleaned = {}
    for name in names:
        night = open_project(name)
        with nullcontext() if dry_run else alone(night):
            cleaned[name] = retention.clean(night, open_ledger(night), dry_run)
    told = {name: each.model_dump(mode="json") for name, each in cleaned.items()}
    total = sum(each.bytes for each in cleaned.values())
    show({"dry_run": dry_run, "bytes": total, "projects": told}, as_json, _in_words)


def _in_words(told: dict[str, object]) -> str:
    verb = "Would remove" if told["dry_run"] else "Removed"
    projects: dict[str, dict[str, dict[str, int]]] = told["projects"]  # type: ignore[assignment]
    lines = [
        f"{name}: {', '.join(f'{count} {kind}' for kind, count in each['what'].items()) or 'nothing'}"
        for name, each in projects.items()
    ]
    return "\n".join([f"{verb} {int(str(told['bytes'])) / 1024**2:.1f} MiB.", *lines])
