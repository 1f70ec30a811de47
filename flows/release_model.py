"""Release a registered version at a person's word."""

from typing import Any

from prefect import flow

from daybreak import moves
from flows.opening import open_this_night
from flows.outcome import ended, named

NAMES = {"done": "Completed", "refused": "Refused", "held": "Held"}


@flow(name="release-model", flow_run_name=named("release of version {version}"))
def release_model(version: int, reason: str, actor: str, project: str = "sample") -> Any:
    """Promote a registered version on the verdicts of its night.

    Args:
        version: the version of the registered model to promote, as MLflow numbers them.
        reason: why, for the release journal.
        actor: who asks for it, for the release journal.
        project: the project whose champion it becomes.
    """
    move = moves.promote(open_this_night(project, ""), version, actor=actor, reason=reason)
    done = f"Version {move.to_version} is champion, after version {move.from_version}."
    message = done if move.outcome == "done" else f"Version {version} was not released: {move.reason}"
    return ended(project, message, move, name=NAMES.get(move.outcome, "Refused"))
