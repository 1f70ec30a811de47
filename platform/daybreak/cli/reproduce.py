"""`daybreak runs reproduce`: do a past run again and compare."""

from typing import Annotated

import typer

from daybreak.cli.base import JsonOption, ProjectOption, RunArgument, open_project, runs, show


@runs.command("reproduce")
def runs_reproduce(
    run: RunArgument = None,
    pairs: Annotated[
        list[str] | None,
        typer.Option("-p", help="section.key=value to change on purpose, such as training.threads=2. May be repeated."),
    ] = None,
    borrow: Annotated[
        bool, typer.Option("--borrow", help="Use today's packages, though the run's lock file was another one.")
    ] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a past run's winner again from its data version, params, seeds and commit; say whether the same bits came.

    The commit's own code runs, in a worktree of its own, with the packages of its lock file. On the same class of
    machine the same bits come out. Where they do not, what differs is named, causes first, and by how much.
    """
    from contextlib import nullcontext

    from daybreak import reproducing
    from daybreak.reports import bars

    night = open_project(project)
    with nullcontext() if as_json else bars.watching():
        found = reproducing.reproduce(night, run, overrides=tuple(pairs or ()), borrow=borrow)
    show(found.model_dump(mode="json"), as_json, _in_words)


def _in_words(found: dict[str, object]) -> str:
    if found["identical"]:
        what = "weights, artifact and metrics" if found["artifact_sha256"] else "weights and metrics"
        although = "".join(f"\n- {line}" for line in found["circumstances"])  # type: ignore[attr-defined]
        said = f"Identical: run {found['run_id']} gives the same {what} again"
        return f"{said}, although:{although}" if although else f"{said}."
    return f"Not identical to run {found['run_id']}:\n" + "\n".join(f"- {line}" for line in found["differences"])  # type: ignore[attr-defined]
