"""What changed between two data versions: rows added, removed, relabelled, moved and quarantined, with examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daybreak.data import tables
from daybreak.data.versioning import cache, workspace
from daybreak.data.versioning.cache import Files
from daybreak.records import Project

if TYPE_CHECKING:
    import pandas as pd

QUARANTINE = "data/quarantine/"
EXAMPLES = 3
SHOWN = 120  # characters of a text that an example shows


def diff(project: Project, a: int, b: int, examples: int = EXAMPLES, wait_seconds: float = 10.0) -> dict[str, Any]:
    """How version `b` differs from `a`: `rows` of both, then `count`, counts `by` label, split or rule, and `examples`.

    A row is known by its cleaned text: `added` and `removed` are texts that only one version keeps, `relabelled` texts
    under another label, `moved` those of the same label in another split, `quarantined` the rows that `b` sets aside
    and `a` does not. Both are read from dvc's cache, fetched where it lacks them; the workspace is not touched. Raises
    DataError for an unknown version, and for data that neither cache nor remote has.
    """
    places = [cache.files_of(project, version, wait_seconds) for version in (a, b)]
    before, after = (_kept(files) for files in places)
    both = before.merge(after, on="text", suffixes=("_before", ""))
    relabelled = both[both["label_before"] != both["label"]]
    moved = both[(both["label_before"] == both["label"]) & (both["split_before"] != both["split"])]
    refused = _without(_quarantined(places[1]), _quarantined(places[0]), on=["id", "rule"])
    return {
        "from": a,
        "to": b,
        "rows": {"from": len(before), "to": len(after)},
        "added": _told(_without(after, before, on=["text"]), "label", examples),
        "removed": _told(_without(before, after, on=["text"]), "label", examples),
        "relabelled": _told(_arrowed(relabelled, "label"), "change", examples),
        "moved": _told(_arrowed(moved, "split"), "change", examples),
        "quarantined": _told(refused, "rule", examples),
    }


def _kept(files: Files) -> pd.DataFrame:
    """The rows of the three splits, a line a text."""
    import pandas as pd

    parts = [tables.read(files[f"data/split/{name}.parquet"]).assign(split=name) for name in workspace.SPLITS]
    return pd.concat(parts)[["id", "text", "label", "split"]]


def _quarantined(files: Files) -> pd.DataFrame:
    import pandas as pd

    parts = [tables.read(file) for path, file in sorted(files.items()) if path.startswith(QUARANTINE)]
    return pd.concat(parts).drop_duplicates(["id", "rule"]) if parts else pd.DataFrame(columns=list(tables.REFUSED))


def _without(rows: pd.DataFrame, others: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """The rows whose key `others` lacks."""
    marked = rows.merge(others[on].drop_duplicates(), on=on, how="left", indicator="found")
    return marked[marked["found"] == "left_only"]


def _arrowed(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return rows.assign(change=rows[f"{column}_before"] + " → " + rows[column])


def _told(rows: pd.DataFrame, by: str, examples: int) -> dict[str, Any]:
    counts = {str(name): int(count) for name, count in sorted(rows[by].value_counts().items())}
    shown = rows.sort_values("id").head(examples)
    told = [
        {"id": row_id, by: value, "text": _short(text)}
        for row_id, value, text in zip(shown["id"], shown[by], shown["text"], strict=True)
    ]
    return {"count": len(rows), "by": counts, "examples": told}


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
