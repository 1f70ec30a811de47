"""The release set: rows that judge releases, never trained on, kept in git and frozen by their digest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from daybreak import digests
from daybreak.data.near import matching
from daybreak.data.splitting.linking import groups_of
from daybreak.errors import DataError
from daybreak.records import Record

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path("data/release")
FILE = FOLDER / "rows.jsonl"
DRAFT = FOLDER / "draft.jsonl"
SAME, NEAR = "in_release_set", "near_release_set"  # rules of the quarantine


class ReleaseRow(Record):
    """One row, with what tells others like it (its identity before personal data was replaced, and its groups), and
    what it is assessed by."""

    id: str
    text: str
    label: str
    messages: str = ""
    groups: str = ""
    slices: str = ""
    source: str = ""
    identity: str


def load(root: Path, digest: str) -> tuple[ReleaseRow, ...]:
    """The frozen rows. Raises DataError when they are missing, or not those that were frozen under this SHA-256."""
    path = root / FILE
    remedy = f"Bring it back with `git checkout -- {FILE}`; `daybreak data release` makes another"
    if not path.is_file():
        raise DataError(f"the release set {path} is missing", f"the one that was frozen as {digest[:12]}", remedy)
    if (found := digests.of_file(path)) != digest:
        altered = f"the release set {path} was altered: its SHA-256 is {found[:12]}"
        raise DataError(altered, f"{digest[:12]}, as split.release_set in params.yaml says", remedy)
    return read(path)


def read(path: Path) -> tuple[ReleaseRow, ...]:
    """The rows of a release set or of its draft. Raises DataError, naming the line, for what is no such row."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(ReleaseRow(**json.loads(line)))
        except (ValueError, TypeError, ValidationError):
            raise DataError(f"line {number} of {path} is no row", "a row as it was drawn", "Mend the line") from None
    return tuple(found)


def text(rows: Iterable[ReleaseRow]) -> str:
    """The file of these rows: a JSON object a line in the order of ids, so that a change reads well in a diff."""
    lines = (row.model_dump(exclude_defaults=True) for row in sorted(rows, key=lambda row: row.id))
    return "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)


def entering(rows: pd.DataFrame, frozen: Sequence[ReleaseRow], threshold: float) -> pd.DataFrame:
    """Those of the rows that may stand in no split, as `rule, value, detail` under their index.

    The same words as a row of the set are `in_release_set`; a row as similar as a near-duplicate (`value` is the
    similarity, `detail` the row of the set), or of the same group, is `near_release_set`.
    """
    import numpy as np
    import pandas as pd

    found = matching.match(rows["text"].tolist(), [row.text for row in frozen])
    ids = np.array([row.id for row in frozen] or [""], dtype=object)
    same = rows["identity"].isin({row.identity for row in frozen}).to_numpy() | (found.similarity == 1)
    near = found.similarity >= threshold
    taken = {tie for row in frozen for tie in groups_of(row.groups).items()}
    shared = {
        groups: ", ".join(
            f"{column}={value}" for column, value in groups_of(groups).items() if (column, value) in taken
        )
        for groups in rows["groups"].unique()
    }
    group = rows["groups"].map(shared)
    told = pd.DataFrame(
        {
            "rule": np.where(same, SAME, NEAR),
            "value": [f"{score:.3f}" if score else "" for score in found.similarity],
            "detail": np.where(same | near, ids[found.nearest], group),
        },
        index=rows.index,
    )
    return told[same | near | (group != "").to_numpy(bool)]
