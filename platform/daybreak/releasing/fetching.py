"""Fetching the champion into a folder by its hash, and switching that folder atomically."""

import shutil
from pathlib import Path

from daybreak import inference, locks
from daybreak.errors import BadInput
from daybreak.ledger import Ledger
from daybreak.records import ArtifactRef, Project, Record
from daybreak.releasing.candidate import demand_intact

CURRENT = "current"
WAIT_SECONDS = 60.0


class Fetched(Record):
    """What a folder serves: `current` is a link to `path`; `switched` says whether it served another model before."""

    version: int
    sha256: str
    path: Path
    current: Path
    switched: bool


def fetch(ledger: Ledger, project: Project, folder: Path, *, host: str) -> Fetched:
    """Copy the champion to `folder/<sha256>/`, verify it, and point the link `folder/current` to it.

    A second fetch of the same champion copies nothing; a switch is written into the journal as loaded by this host.
    Raises BadInput if there is no champion or the folder cannot be used, EvidenceMismatch for files that were altered.
    """
    champion = ledger.champion(project.name)
    if champion is None:
        raise BadInput(f"project {project.name} has no champion yet", "a released model", "Run daybreak run first")
    folder = folder.absolute()
    demand_intact(champion.artifact)
    try:
        with locks.hold(folder / ".fetching.lock", WAIT_SECONDS, "a fetch of the champion"):
            path = _copy(champion.artifact, folder / champion.sha256)
            switched = _switch(folder / CURRENT, champion.sha256)
    except OSError as error:
        raise BadInput(f"{folder} cannot take the model ({error.strerror})", "a folder that may be written") from None
    _note(
        ledger, project, {"host": host, "folder": str(folder), "version": champion.version, "sha256": champion.sha256}
    )
    return Fetched(
        version=champion.version, sha256=champion.sha256, path=path, current=folder / CURRENT, switched=switched
    )


def _copy(artifact: ArtifactRef, target: Path) -> Path:
    """The artifact at `target`: as it lies there if it is intact, else copied aside, verified and put in place."""
    if target.is_dir() and inference.digest(target) == artifact.sha256:
        return target
    aside = target.with_suffix(".partial")
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(artifact.path, aside)
    demand_intact(artifact.model_copy(update={"path": aside}))
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    return target


def _switch(link: Path, name: str) -> bool:
    """Point the link to a folder beside it, in one step; False if it did already."""
    if link.is_symlink() and str(link.readlink()) == name:
        return False
    aside = link.with_suffix(".partial")
    aside.unlink(missing_ok=True)
    aside.symlink_to(name, target_is_directory=True)
    aside.replace(link)
    return True


def _note(ledger: Ledger, project: Project, facts: dict[str, str | int]) -> None:
    """Tell the journal, unless its last word about this folder says the same."""
    if facts not in [entry.facts for entry in ledger.loads(project.name)]:
        ledger.note(project.name, "loaded", facts)
