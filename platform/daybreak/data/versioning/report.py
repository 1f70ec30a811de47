"""The page of a data version: what describe found, and how it differs from the version before and the champion's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.data import tables
from daybreak.data.describing import drift, page
from daybreak.data.describing.accounts import SPLITS
from daybreak.data.reading import labels
from daybreak.data.versioning import cache, tags, versions, workspace
from daybreak.data.versioning.cache import Files
from daybreak.errors import DataError
from daybreak.records import Project

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "reports"  # below data/; git and dvc pass it over, for it can be made again
Name = tuple[str, str]  # in Chinese and in English


def report(
    project: Project, version: int | None = None, champion: int | None = None, wait_seconds: float = 10.0
) -> dict[str, Any]:
    """Write data/reports/<version>.html; returns `version, report, drift`. The prepared version without a number.

    `champion` is the data version that the champion was trained on. Both are read from dvc's cache, fetched where it
    lacks them. Raises DataError for an unknown version, one that was described by an earlier Daybreak, or none.
    """
    number = version or versions.current(project)
    if number is None:
        raise DataError(f"project {project.name} has no prepared data", "a data version", "Run `daybreak data prepare`")
    found, place = tags.find(project, number), cache.folder(project.root, wait_seconds)
    files = _files(project, number, place, wait_seconds)
    facts = tables.read_json(files["data/describe/report.json"])
    if "stages" not in facts:
        remedy = "Prepare again: `daybreak data prepare` makes a version that has one"
        raise DataError(f"data version {number} was described by an earlier Daybreak", "a version with facts", remedy)
    told = [
        _compared(name, _files(project, old, place, wait_seconds), splits, files)
        for name, old, splits in _others(project, number, champion)
    ]
    about = f"{project.name} · 数据版本 data version {number} · {found.digest[:12]} · {found.at:%Y-%m-%d}"
    path = project.data / FOLDER / f"{number}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page.render(facts, told, about), encoding="utf-8")
    return {"version": number, "report": str(path), "drift": told}


def _files(project: Project, version: int, place: Path, wait_seconds: float) -> Files:
    """A version's outputs in the cache at `place`; dvc is asked, which takes seconds, only where some are missing."""
    try:
        return cache.listed(place, tags.recorded(project, version, workspace.LOCK))
    except FileNotFoundError:
        return cache.files_of(project, version, wait_seconds)


def _others(project: Project, number: int, champion: int | None) -> list[tuple[Name, int, tuple[str, ...]]]:
    """What a version is compared with: name, version and splits."""
    earlier = [each.version for each in tags.history(project) if each.version < number]
    found: list[tuple[Name, int, tuple[str, ...]]] = []
    if earlier:
        found.append(((f"上一版本（{earlier[-1]}）", f"the version before ({earlier[-1]})"), earlier[-1], SPLITS))
    if champion is not None and champion != number:
        name = (f"冠军模型的训练数据（版本 {champion}）", f"the champion's training data (version {champion})")
        found.append((name, champion, ("train",)))
    return found


def _compared(name: Name, old: Files, splits: tuple[str, ...], new: Files) -> dict[str, Any]:
    """`name, rows {added, removed}, p_value, effect, typical, labels`: the rows that only one of the two has.

    Texts and labels of the added rows are held against those of the old `splits` alone.
    """
    known, after = _rows(old, SPLITS), _rows(new, SPLITS)
    before = known[known["split"].isin(splits)]
    added = after[~after["id"].isin(known["id"])]
    removed = int((~known["id"].isin(after["id"])).sum())
    found = drift.compare(before["text"].tolist(), added["text"].tolist())
    texts = added["text"].tolist()
    return {
        "name": list(name),
        "rows": {"added": len(added), "removed": removed},
        "p_value": found and found.p_value,
        "effect": found and found.effect,
        "typical": [texts[place] for place in found.typical] if found else [],
        "labels": _labels(before, added) if len(added) else [],
    }


def _rows(files: Files, splits: tuple[str, ...]) -> pd.DataFrame:
    """Rows that were read, not made, in the order of their ids: digests, so the first ones are a draw."""
    import pandas as pd

    columns = ["id", "text", "label", "source"]
    parts = (pd.read_parquet(files[f"data/split/{name}.parquet"], columns=columns) for name in splits)
    rows = pd.concat([part.assign(split=name) for name, part in zip(splits, parts, strict=True)])
    return rows[~rows["source"].str.startswith("made:")].sort_values("id", kind="stable")


def _labels(before: pd.DataFrame, added: pd.DataFrame) -> list[dict[str, Any]]:
    """The share of rows under each label, then and among the added ones."""
    shares = [rows["label"].map(labels.names).explode().value_counts() / len(rows) for rows in (before, added)]
    names = sorted({name for share in shares for name in share.index})
    if len(names) > page.MANY:
        return []
    return [
        {"name": name, "before": float(shares[0].get(name, 0)), "added": float(shares[1].get(name, 0))}
        for name in names
    ]
