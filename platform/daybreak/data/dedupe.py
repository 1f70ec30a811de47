"""Stage dedupe: collapse exact repeats, set contradictions aside, cluster near-duplicates."""

from __future__ import annotations

import sys
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from daybreak.data import stage, tables
from daybreak.data.near import joined, similarity
from daybreak.data.quarantining import restored
from daybreak.records import Record

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

CONTRADICTING = "contradicting_labels"


class DedupeParams(Record):
    """`threshold` is exact Jaccard over the set of character 3-grams.

    Of rows with one text, `repeats` collapses them to one, whose column `repeats` says how many they were, or keeps
    them all (on one side of the split). Of near-duplicates, `near` keeps all or one a cluster.
    """

    threshold: float = Field(default=0.8, gt=0, le=1)
    near: Literal["keep", "drop"] = "keep"
    repeats: Literal["collapse", "keep"] = "collapse"


def dedupe(root: Path, params: DedupeParams) -> None:
    """Write rows, clusters, pairs, suspects (.parquet), counts.json to data/dedupe/, contradictions to the quarantine.

    Two rows are repeats when they were the same text before anything personal in it was replaced. A text under more
    than one label is set aside with all its rows before repeats are collapsed, so that no label wins by being repeated
    more often. A cluster is a connected component of pairs at or above the threshold; of one with more rows than
    similarity.LARGEST only the pairs of a spanning tree are told. Suspects are told pairs with two labels. Where groups
    share a text, groups.parquet has all of them; where copies of a text are of several slices, the row that stays
    speaks for it, and counts.json has how many such texts there are.
    """
    rows, refused = _without_contradictions(
        tables.read_sorted(root / "data/clean/rows.parquet", tables.CLEANED),
        restored.exempt(root).get(CONTRADICTING, frozenset()),
    )
    clean, distinct, said = len(rows), _collapse(rows), _said_by_several(rows)
    slices = {"slices_told_differently": _told_differently(rows)}
    if params.repeats != "keep":
        rows = distinct  # a large source stands in memory once
    pairs = joined.tying_pairs(root, distinct["text"].tolist(), params.threshold)
    distinct["cluster"] = _cluster_ids(distinct, pairs)
    kept = _kept(rows, distinct, params)
    named = _named(distinct, pairs)
    folder = root / "data/dedupe"
    tables.write(kept, folder / "rows.parquet", tables.DISTINCT)
    tables.write(kept, folder / "clusters.parquet", tables.CLUSTER)
    tables.write(named, folder / "pairs.parquet", tables.PAIR)
    (folder / "groups.parquet").unlink(missing_ok=True)
    if len(said):
        tables.write(said, folder / "groups.parquet", tables.SAID)
    tables.write(named[named["left_label"] != named["right_label"]], folder / "suspects.parquet", tables.SUSPECT)
    tables.write(refused, root / "data/quarantine/dedupe.parquet", tables.REFUSED)
    repeats = 0 if params.repeats == "keep" else clean - len(distinct)
    dropped = {"exact_repeats": repeats, "near_dropped": clean - repeats - len(kept)}
    tables.write_json(
        {"threshold": params.threshold, **dropped, **slices, **_clustering(distinct, named)}, folder / "counts.json"
    )


def _without_contradictions(rows: pd.DataFrame, exempt: AbstractSet[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Kept and refused; a kept row stays in training if any row of its text must, the refused ones included.

    Exempt rows of one text under several labels are refused like the others: people contradict each other too.
    """
    import numpy as np
    import pandas as pd

    text, texts = pd.factorize(rows["identity"])
    label, _ = pd.factorize(rows["label"])
    wrong = _of_several_labels(text, label, len(texts))[text]
    bound = np.bincount(text, rows["train_only"], minlength=len(texts))[text] > 0
    lifted = rows["id"].isin(exempt).to_numpy()
    kept = ~wrong | lifted & ~_of_several_labels(text[lifted], label[lifted], len(texts))[text]
    by_text = rows[wrong].groupby("identity")["label"].unique().map(sorted)
    told = rows.loc[~kept, "identity"].map(by_text)
    refused = tables.refused(rows[~kept], CONTRADICTING, threshold="1")
    refused = refused.assign(value=told.map(len).astype(str), detail=told.map(", ".join))
    return rows.assign(train_only=bound)[kept].reset_index(drop=True), refused


def _of_several_labels(text: IntArray, label: IntArray, texts: int) -> BoolArray:
    """Of each text, whether these rows of it have more than one label; False where there is no row."""
    import numpy as np

    lowest, highest = np.full(texts, np.iinfo(np.int64).max), np.full(texts, -1)
    np.minimum.at(lowest, text, label)
    np.maximum.at(highest, text, label)
    found: BoolArray = lowest < highest
    return found


def _collapse(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a text: the one with the smallest id, which comes first; later texts of an id are numbered (`.2`)."""
    import numpy as np
    import pandas as pd

    first = (~rows.duplicated("identity")).to_numpy()
    texts = rows[first].assign(repeats=np.bincount(pd.factorize(rows["identity"])[0])).reset_index(drop=True)
    if texts["id"].is_unique:
        return texts
    number = texts.groupby("id").cumcount() + 1
    return texts.assign(id=texts["id"].where(number == 1, texts["id"] + "." + number.astype(str)))


def _said_by_several(rows: pd.DataFrame) -> pd.DataFrame:
    """All groups of the texts that rows of different groups say: whichever row stays, it is tied to each of them."""
    said = rows[["identity", "groups"]].drop_duplicates()
    return said[said.duplicated("identity", keep=False)]


def _told_differently(rows: pd.DataFrame) -> int:
    """Texts whose copies are of several slices: of equal ids, the first says something where any of them does."""
    if not (rows["slices"] != "").any():
        return 0
    said = rows[["identity", "slices"]].drop_duplicates()
    return int(said["identity"][said["identity"].duplicated()].nunique())


def _cluster_ids(rows: pd.DataFrame, pairs: similarity.Pairs) -> pd.Series:
    """The smallest id of each row's cluster; rows come in the order of their ids."""
    import numpy as np

    _, first, cluster = np.unique(similarity.components(len(rows), pairs), return_index=True, return_inverse=True)
    return rows["id"].take(first[cluster]).set_axis(rows.index)


def _kept(rows: pd.DataFrame, distinct: pd.DataFrame, params: DedupeParams) -> pd.DataFrame:
    kept = _one_a_cluster(distinct) if params.near == "drop" else distinct
    if params.repeats == "keep":
        return _with_repeats(rows, kept)
    return kept


def _one_a_cluster(rows: pd.DataFrame) -> pd.DataFrame:
    """The row with the smallest id of each cluster; it stays in training if any row it stands for must."""
    groups = rows.groupby("cluster")
    marked = rows.assign(train_only=groups["train_only"].transform("any"), repeats=groups["repeats"].transform("sum"))
    return marked[marked["id"] == marked["cluster"]]


def _with_repeats(rows: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """All rows of the kept texts; later ones of a text get its id and their number, so that ids differ."""
    shared = kept.set_index("identity")[["id", "train_only", "cluster"]]
    every = rows[rows["identity"].isin(shared.index)]
    number = every.groupby("identity").cumcount() + 1
    texts = shared.loc[every["identity"]].set_index(every.index)
    ids = texts["id"].where(number == 1, texts["id"] + "-" + number.astype(str))
    return every.assign(id=ids, train_only=texts["train_only"], cluster=texts["cluster"], repeats=1)


def _named(rows: pd.DataFrame, pairs: similarity.Pairs) -> pd.DataFrame:
    import pandas as pd

    ids, labels = rows["id"].to_numpy(), rows["label"].to_numpy()
    return pd.DataFrame(
        {
            "left": ids[pairs.left],
            "right": ids[pairs.right],
            "similarity": pairs.similarity,
            "left_label": labels[pairs.left],
            "right_label": labels[pairs.right],
        }
    )


def _clustering(distinct: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, int]:
    sizes = distinct["cluster"].value_counts()
    return {
        "pairs": len(pairs),
        "suspects": int((pairs["left_label"] != pairs["right_label"]).sum()),
        "clusters": int((sizes > 1).sum()),
        "clustered_rows": int(sizes[sizes > 1].sum()),
        "largest": int(sizes.max()) if len(sizes) else 0,
    }


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("dedupe", dedupe)


if __name__ == "__main__":
    sys.exit(main())
