"""What can be said for a split: which series it continues, how even it is, and that nothing straddles a boundary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data import tables
from daybreak.data.splitting.assigning import SPLITS, Ratios, strata
from daybreak.data.splitting.linking import groups_of
from daybreak.errors import DataError
from daybreak.records import Record

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path("data/split")


class Series(Record):
    """Preparations whose rows keep their splits. `because` says why the one before it ended, "" for the first."""

    number: int
    because: str
    ratios: Ratios
    seed: int
    groups: tuple[str, ...]


class Earlier(NamedTuple):
    """What the preparation before this one decided: its series, and `id, split, identity` of its rows."""

    series: Series
    rows: pd.DataFrame


def earlier(root: Path) -> Earlier | None:
    """The split that lies in data/split/, or None before the first. Raises DataError for a damaged one."""
    assignments, told = (root / FOLDER / name for name in ("assignments.parquet", "certificate.json"))
    if not assignments.is_file() or not told.is_file():
        return None
    try:
        return Earlier(Series(**tables.read_json(told)["series"]), tables.read(assignments))
    except (OSError, ValueError, KeyError, TypeError) as error:
        found = f"the earlier assignments in {root / FOLDER} cannot be read: {error}"
        raise DataError(found, "what the last preparation wrote", "Run `dvc checkout data/split`") from None


def series(before: Earlier | None, ratios: Ratios, seed: int, groups: Sequence[str], known: int) -> Series:
    """The series that a split belongs to: the earlier one's, unless a setting changed or none of its rows is left."""
    wanted = {"ratios": ratios, "seed": seed, "groups": tuple(groups)}
    if before is None:
        return Series(number=1, because="", **wanted)
    reasons = [
        f"{name} was {_told(was)} and is {_told(now)}"
        for name, now in wanted.items()
        if (was := getattr(before.series, name)) != now
    ]
    if not reasons and not known and len(before.rows):
        reasons = ["none of its rows is left"]
    if not reasons:
        return before.series
    return Series(number=before.series.number + 1, because="; ".join(reasons), **wanted)


def certify(placed: pd.DataFrame, found: Series, leakage: Mapping[str, Any]) -> dict[str, Any]:
    """What data/split/certificate.json says of rows with `label, groups, split`.

    `class_deviation` is the largest difference between a label's share of a split and its share of all rows,
    `ratio_deviation` that between a split's share of the rows and its ratio. Follows from the rows and the series
    alone, so that equal rows have an equal certificate whatever happened in between.
    """
    rows = Counter(placed["split"].value_counts().to_dict())
    labels = _by_label(placed)
    groups = _by_group(placed)
    total = max(1, len(placed))
    return {
        "series": found.model_dump(mode="json"),
        "threshold": leakage["threshold"],
        "max_similarity": leakage["max_similarity"],
        "rows": {name: rows[name] for name in SPLITS},
        "labels": labels,
        "class_deviation": max(
            (
                abs(counts[name] / rows[name] - sum(counts.values()) / total)
                for counts in labels.values()
                for name in SPLITS
                if rows[name]
            ),
            default=0.0,
        ),
        "ratio_deviation": max(abs(rows[name] / total - getattr(found.ratios, name)) for name in SPLITS),
        "groups": groups,
        "straddling": leakage["pairs"],
    }


def _told(value: Any) -> str:
    if isinstance(value, Ratios):
        return ":".join(f"{getattr(value, name):g}" for name in SPLITS)
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value)


def _by_label(placed: pd.DataFrame) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for (label, split), rows in placed.groupby(["label", "split"]).size().items():
        for each in strata(label):
            counts.setdefault(each, Counter())[split] += int(rows)
    return {label: {name: counts[label][name] for name in SPLITS} for label in sorted(counts)}


def _by_group(placed: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Distinct values of each group column in each split; a value stands in one split only."""
    counts: dict[str, Counter[str]] = {}
    seen: set[tuple[str, str, str]] = set()
    for groups, split in placed[["groups", "split"]].drop_duplicates().itertuples(index=False):
        for column, value in groups_of(groups).items():
            if (column, value, split) not in seen:
                seen.add((column, value, split))
                counts.setdefault(column, Counter())[split] += 1
    return {column: {name: counts[column][name] for name in SPLITS} for column in sorted(counts)}
