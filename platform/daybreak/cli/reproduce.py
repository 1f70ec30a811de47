"""`daybreak runs reproduce`: do a past night again and compare."""

from daybreak.cli.base import JsonOption, ProjectOption, RunArgument, open_project, runs, show


@runs.command("reproduce")
def runs_reproduce(
    run: RunArgument = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a past run's winner again from its own data version, params and seed; say whether the same bits came out.

    On the same machine class, code and lock file they do. Where they do not, what differs is named, causes first.
    """
    from contextlib import nullcontext

    from daybreak import reproducing
    from daybreak.reports import bars

    night = open_project(project)
    with nullcontext() if as_json else bars.watching():
        found = reproducing.reproduce(night, run)
    show(found.model_dump(mode="json"), as_json, _in_words)


def _in_words(found: dict[str, object]) -> str:
    if found["identical"]:
        return f"Identical: run {found['run_id']} gives the same weights, artifact and metrics again."
    return f"Not identical to run {found['run_id']}:\n" + "\n".join(f"- {line}" for line in found["differences"])  # type: ignore[attr-defined]
