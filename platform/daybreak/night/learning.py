"""Which rows a model has learned: those of its own training, and of the champions that it was trained on from."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from daybreak import digests
from daybreak.errors import DataError
from daybreak.night.opening import Night
from daybreak.records import BaseRef, Champion

if TYPE_CHECKING:
    from daybreak.ledger import Ledger

_VERSION = "version "  # a base that was a champion is named so, see training/bases/warm.py


def rows_of(night: Night, champion: Champion) -> Path | None:
    """The training rows of a champion; None for one that was not trained here or whose data version is gone."""
    from daybreak.data.versioning import cache

    if not champion.weights_sha256:
        return None
    try:
        return cache.files_of(night.project, champion.data_version)["data/split/train.parquet"]
    except DataError:
        return None


def inherited(night: Night, base: BaseRef | None) -> tuple[Path | None, ...]:
    """Training rows of every champion that a model goes back to, nearest first; None where they are not known.

    `base` is what the model was trained from. Empty for one that began elsewhere than from a champion.
    """
    if base is None or _version(base) is None:
        return ()
    ledger = _open(night)
    found = tuple(rows_of(night, each) if each else None for each in ancestors(ledger, night.project.name, base))
    ledger.close()
    return found


def inherited_by(night: Night, champion: Champion) -> tuple[Path | None, ...]:
    """The same of a champion."""
    ledger = _open(night)
    run = ledger.run(night.project.name, champion.run_id)
    ledger.close()
    return inherited(night, run.base) if run else ()


def ancestors(ledger: "Ledger", project: str, base: BaseRef) -> Iterator[Champion | None]:
    """The champions that a model goes back to, nearest first; None, and no further, where the ledger knows none."""
    seen: set[int] = set()
    version = _version(base)
    while version is not None and version not in seen:
        seen.add(version)
        champion = ledger.released(project, version)
        yield champion
        run = ledger.run(project, champion.run_id) if champion else None
        version = _version(run.base) if run and run.base else None


def named(paths: tuple[Path | None, ...]) -> dict[str, str]:
    """What a step hangs on where rows were inherited."""
    each = [digests.of_file(path) if path else "unknown" for path in paths]
    return {"rows inherited": digests.of_value(each)} if each else {}


def _open(night: Night) -> "Ledger":
    from daybreak.ledger import Ledger

    settings = night.settings
    return Ledger(settings.ledger, settings.lock_wait_seconds, settings.home)


def _version(base: BaseRef) -> int | None:
    number = base.revision.removeprefix(_VERSION)
    return int(number) if base.revision.startswith(_VERSION) and number.isdecimal() else None
