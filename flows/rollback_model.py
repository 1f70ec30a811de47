"""Roll the model back: the emergency brake."""

from pathlib import Path
from typing import Any, NamedTuple

from prefect import flow

from daybreak import moves
from daybreak.projects import find_checkout, find_project
from daybreak.records import Project
from daybreak.settings import Settings, load_settings
from flows.outcome import ended, named


class Place(NamedTuple):
    """A project and its state: nothing else is read, since a broken params.yaml must not hold up a rollback."""

    project: Project
    settings: Settings


@flow(name="rollback-model", flow_run_name=named("rollback of the model"))
def rollback_model(reason: str, actor: str, to: int = 0, project: str = "sample") -> Any:
    """Put an earlier champion back at once, and hold the withdrawn one until a named person lifts that.

    Args:
        reason: what is wrong with the champion, for the release journal.
        actor: who asks for it, for the release journal.
        to: the version to go back to; 0 for the last champion that was not itself rolled back.
        project: the project whose champion is withdrawn.
    """
    here = Path.cwd()
    place = Place(find_project(project, here), load_settings(find_checkout(here)))
    move = moves.rollback(place, to=to, actor=actor, reason=reason)
    message = f"Version {move.to_version} is champion again; version {move.from_version} is held."
    return ended(project, message, move)
