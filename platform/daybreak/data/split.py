"""Stage split: train, validation and test, with nothing on both sides of a boundary and old rows where they were."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from daybreak.data import stage, tables
from daybreak.data.held_out import release_set
from daybreak.data.near import contamination, joined, similarity
from daybreak.data.splitting import certificate, drawing, enlarging, linking
from daybreak.data.splitting.assigning import FREE, SPLITS, Clusters, Ratios, assign, strata
from daybreak.data.splitting.augmentation import AugmentParams
from daybreak.data.splitting.balancing import Balance
from daybreak.errors import DataError, StepFailed
from daybreak.records import Record

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Integers = np.ndarray[Any, np.dtype[np.int64]]

FEWEST = 2  # rows of a label in a split; with fewer, its scores mean nothing


class SplitParams(Record):
    """How rows are assigned; the seed enters the hash of each cluster. Other ratios or another seed: a new series."""

    ratios: Ratios = Ratios()
    seed: int = Field(default=17, ge=0)
    release_set: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    balance: Balance = "none"
    augment: AugmentParams = AugmentParams()


def split(root: Path, params: SplitParams) -> None:
    """Write {train,validation,test,assignments}.parquet, leakage.json and certificate.json to data/split/.

    Of a large corpus drawn.parquet too: what the report's models see (drawing.py).
    Rows that data/split/ knows already (by id, or by what they say) keep their split; rows that would tie two splits
    to one another go to data/quarantine/split.parquet. Raises DataError for a single label, one with too few rows in a
    split, or earlier assignments that cannot be read; StepFailed if rows at or above the threshold of dedupe ended up
    on two sides. When it raises, data/split/ is what it was.
    """
    import pandas as pd

    threshold: float = tables.read_json(root / "data/dedupe/counts.json")["threshold"]
    frozen = release_set.load(root, params.release_set) if params.release_set else ()
    rows, entering = _kept_out(_rows(root), frozen, threshold)
    _require_labels(rows)
    before = certificate.earlier(root)
    known = _known(rows, before)
    found = certificate.series(
        before, params.ratios, params.seed, linking.group_columns(rows), int((known != FREE).sum())
    )
    placed, bridges = _linked(root, rows, known, before if before and found == before.series else None, threshold)
    placed = placed.assign(split=_assigned(placed, params))
    _require_rows(placed)
    judging = [row.text for row in frozen]
    final, left_out = _enlarged(root, placed, params, judging, threshold)
    leakage = measure_leakage(root, final, threshold)
    refused = pd.concat([entering, bridges, tables.refused(left_out, "undersampled")])
    made = Counter(final["source"][enlarging.is_made(final)].str.removeprefix(enlarging.MADE))
    train = final["text"][final["split"] == "train"].tolist() if frozen else []
    told = {
        "leakage.json": leakage,
        "contamination.json": contamination.measure(train, {"release set": judging} if frozen else {}, threshold),
        "certificate.json": certificate.certify(placed, found, leakage)
        | {"quarantined": dict(sorted(Counter(refused["rule"]).items())), "release_set": params.release_set}
        | {"made": made.total(), "made_by": dict(sorted(made.items()))},
    }
    _write(root, placed, final, told)
    tables.write(refused, root / "data/quarantine/split.parquet", tables.REFUSED)


def _kept_out(
    rows: pd.DataFrame, frozen: Sequence[release_set.ReleaseRow], threshold: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that may stand in a split, and those that the release set keeps out."""
    if not frozen:
        return rows, tables.refused(rows.iloc[:0], "")
    told = release_set.entering(rows, frozen, threshold)
    refused = tables.refused(rows.loc[told.index], "", threshold=f"{threshold:g}").assign(**told)
    return rows.drop(told.index).reset_index(drop=True), refused


def _linked(
    root: Path, rows: pd.DataFrame, known: Integers, before: certificate.Earlier | None, threshold: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows with their component and the split it is held to, and those refused because they tie two splits."""
    import pandas as pd

    found = rows.assign(placed=known if before else FREE)
    places = None if before is None else pd.Series(_places(before), before.rows["id"])
    pairs = tables.read(root / "data/dedupe/pairs.parquet")[["left", "right"]]
    file = root / "data/dedupe/groups.parquet"
    said = tables.read(file) if file.is_file() else None
    linked = linking.link(found, pairs, places, said)
    while len(more := _untold(rows, linked, threshold)):
        pairs = pd.concat([pairs, more], ignore_index=True)
        linked = linking.link(found, pairs, places, said)
    bridges = list(linked.bridges)
    refused = tables.refused(rows.iloc[bridges], "bridges_splits").assign(detail=list(linked.bridges.values()))
    told = rows.assign(component=linked.component, placed=linked.placed)
    return (told.drop(index=bridges).reset_index(drop=True) if bridges else told), refused


def _untold(rows: pd.DataFrame, linked: linking.Linked, threshold: float) -> pd.DataFrame:
    """Near-duplicates that linking took apart, as it knows of a large cluster only the pairs that tie it together."""
    import numpy as np
    import pandas as pd

    cluster, names = pd.factorize(rows["cluster"])
    stays = np.ones(len(rows), bool)
    stays[list(linked.bridges)] = False
    lowest, highest = np.full(len(names), len(rows)), np.full(len(names), -1)
    np.minimum.at(lowest, cluster[stays], linked.component[stays])
    np.maximum.at(highest, cluster[stays], linked.component[stays])
    parted = rows.assign(component=linked.component)[stays & (lowest < highest)[cluster]]
    pairs = similarity.similar_pairs(parted["text"].tolist(), threshold, parted["component"].tolist())
    ids = parted["id"].to_numpy()
    return pd.DataFrame({"left": ids[pairs.left], "right": ids[pairs.right]})


def _rows(root: Path) -> pd.DataFrame:
    """The rows that leave dedupe, each with its cluster."""
    rows = tables.read(root / "data/dedupe/rows.parquet")
    clusters = tables.read(root / "data/dedupe/clusters.parquet")
    return rows.assign(cluster=clusters["cluster"].take(tables.places(rows["id"], clusters["id"])).array)


def _known(rows: pd.DataFrame, before: certificate.Earlier | None) -> Integers:
    """Where each row was placed, by its id or, as a row like it may have come since, by its identity; else FREE."""
    import numpy as np

    if before is None:
        return np.full(len(rows), FREE)
    places = _places(before)
    by_id, by_identity = (tables.beside(rows[key], before.rows[key], places, FREE) for key in ("id", "identity"))
    return np.where(by_id == FREE, by_identity, by_id)


def _places(before: certificate.Earlier) -> Integers:
    """Number of the split of each earlier row."""
    return tables.beside(before.rows["split"], SPLITS, range(len(SPLITS)), FREE)


def _assigned(placed: pd.DataFrame, params: SplitParams) -> pd.Series:
    """The split of each row, by its component, which is named by its smallest id."""
    import numpy as np
    import pandas as pd
    from scipy.sparse import coo_array

    groups = placed.groupby("component", sort=True)
    component, _ = pd.factorize(placed["component"], sort=True)
    codes, labels = pd.factorize(placed["label"], sort=True)
    names = sorted({name for label in labels for name in strata(label)})
    several = [[names.index(name) for name in strata(label)] for label in labels]
    lengths = np.array([len(each) for each in several])[codes]
    cells = (np.repeat(component, lengths), np.array([name for code in codes for name in several[code]]))
    counts = coo_array((np.ones(len(cells[0]), np.int64), cells), shape=(len(groups), len(names))).tocsr()
    clusters = Clusters(
        names=groups["id"].min().tolist(),
        counts=counts,
        bound=groups["train_only"].any().to_numpy(bool),
        placed=groups["placed"].max().to_numpy(np.int64),
    )
    places = assign(clusters, params.ratios, params.seed)
    return pd.Series(np.array(SPLITS, dtype=object)[places[component]], index=placed.index)


def _enlarged(
    root: Path, placed: pd.DataFrame, params: SplitParams, judging: Sequence[str], threshold: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All splits with their training rows balanced and augmented, and the rows that balance left out."""
    import pandas as pd

    if params.balance == "none" and not params.augment.wanted:
        return placed, placed.iloc[:0]
    held = placed[placed["split"] != "train"]
    train, left_out = enlarging.enlarge(
        placed[placed["split"] == "train"],
        [*held["text"], *judging],
        balance=params.balance,
        augment=params.augment,
        seed=params.seed,
        threshold=threshold,
        root=root,
    )
    return pd.concat([train, held], ignore_index=True), left_out


def _write(root: Path, placed: pd.DataFrame, final: pd.DataFrame, told: Mapping[str, Any]) -> None:
    """Everything is written beside data/split/ and then moved in, the assignments last; what else lies there goes."""
    draft, folder = root / "data/split.draft", root / certificate.FOLDER
    shutil.rmtree(draft, ignore_errors=True)
    for name in SPLITS:
        tables.write(final[final["split"] == name], draft / f"{name}.parquet", tables.PLACED)
    for name, value in told.items():
        tables.write_json(value, draft / name)
    drawn = drawing.draw(placed, drawing.earlier(root))
    if drawn is not None:
        tables.write(drawn, draft / drawing.FILE.name, drawing.DRAWN)
    tables.write(placed, draft / "assignments.parquet", tables.ASSIGNMENT)
    folder.mkdir(parents=True, exist_ok=True)
    drafts = sorted(draft.iterdir(), key=lambda file: file.name == "assignments.parquet")
    for file in drafts:
        file.replace(folder / file.name)
    for stray in {*folder.iterdir()} - {folder / file.name for file in drafts}:
        shutil.rmtree(stray) if stray.is_dir() else stray.unlink()
    draft.rmdir()


def _require_labels(rows: pd.DataFrame) -> None:
    labels = sorted({name for label in rows["label"].unique() for name in strata(label)})
    if len(labels) < 2 and labels != [""]:
        found = f"the data holds only one label, {labels[0]!r}" if labels else "no rows are left after cleaning"
        raise DataError(
            found, "rows of at least two labels", "Check ingest.path and ingest.label_column in params.yaml"
        )


def _require_rows(placed: pd.DataFrame) -> None:
    found: Counter[tuple[str, str]] = Counter()
    for (label, name), rows in placed.groupby(["label", "split"]).size().items():
        found.update({(each, name): int(rows) for each in strata(label)})
    for label in sorted({label for label, _ in found}):
        for name in SPLITS:
            if found[label, name] < FEWEST:
                what = f"label {label!r} has {found[label, name]} rows in {name}"
                raise DataError(
                    what, f"at least {FEWEST}", "Add rows of that label or change split.ratios in params.yaml"
                )


def measure_leakage(root: Path, placed: pd.DataFrame, threshold: float) -> dict[str, Any]:
    """Pairs across splits at or above the threshold (none, else StepFailed), and the most similar two rows across."""
    sides = tables.beside(placed["split"], SPLITS, range(len(SPLITS)), FREE)
    top = joined.highest_across(root, placed["text"].tolist(), sides.tolist(), threshold)
    highest = float(top.similarity[0]) if len(top.similarity) else 0.0
    if highest >= threshold:
        raise StepFailed(f"split: rows of similarity {highest:.3f} stand in two splits", f"below {threshold}", "")
    pair = [_told(placed.iloc[side[-1]]) for side in (top.left, top.right) if len(side)]
    return {"threshold": threshold, "pairs": 0, "max_similarity": highest, "most_similar": pair}


def _told(row: Mapping[str, Any] | pd.Series) -> dict[str, str]:
    return {name: str(row[name]) for name in ("id", "split", "label", "text")}


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("split", split)


if __name__ == "__main__":
    sys.exit(main())
