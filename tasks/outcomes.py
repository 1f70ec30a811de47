"""What came of a flow, beside its run in the Prefect UI."""

import contextlib
from collections.abc import Mapping
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact

from tasks.showing import key_of


@task(name="show-outcome")
def show_outcome(project: str, what: str, message: str, found: Mapping[str, Any]) -> None:
    """Put one sentence and everything that was found beside the run."""
    rows = "\n".join(f"| {name} | {_cell(value)} |" for name, value in found.items())
    with contextlib.suppress(Exception):  # it is done: a page that cannot be shown must not make it look failed
        create_markdown_artifact(
            f"**{message}**\n\n| | |\n| --- | --- |\n{rows}\n", key=key_of(what, project), description=message
        )


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
