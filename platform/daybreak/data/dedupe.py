"""Stage dedupe: collapse exact repeats, set contradictions aside, cluster near-duplicates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from daybreak.data import similarity, stage, tables
from daybreak.records import Record

if TYPE_CHECKING:
    import pandas as pd


class DedupeParams(Record):
    """`threshold` is exact Jaccard over the set of character 3-grams."""

    threshold: float = Field(default=0.8, gt=0, le=1)
    near: Literal["keep", "drop"] = "keep"


def dedupe(root: Path, params: DedupeParams) -> None:
    """Write rows, clusters, pairs (.parquet) and counts.json to data/dedupe/, contradictions to the quarantine.

    A text under more than one label is set aside with all its rows before repeats are collapsed, so that no label wins
    by being repeated more often. A cluster is a connected component of pairs at or above the threshold.
    """
    rows, refused = _without_contradictions(tables.read(root / "data/clean/rows.parquet"))
    distinct = _collapse(rows)
    pairs = similarity.similar_pairs(distinct["text"].tolist(), params.threshold)
    clustered = distinct.assign(cluster=_cluster_ids(distinct, pairs))
    kept = _one_a_cluster(clustered) if params.near == "drop" else clustered
    folder = root / "data/dedupe"
    tables.write(kept, folder / "rows.parquet", tables.DISTINCT)
    tables.write(kept, folder / "clusters.parquet", tables.CLUSTER)
    tables.write(_named(distinct, pairs), folder / "pairs.parquet", tables.PAIR)
    tables.write(refused, root / "data/quarantine/dedupe.parquet", tables.REFUSED)
    counts = _counts(rows, clustered, kept, pairs)
    tables.write_json({"threshold": params.threshold, **counts}, folder / "counts.json")


def _without_contradictions(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    labels = rows.groupby("text")["label"].agg(lambda group: ", ".join(sorted(set(group))))
    detail = rows["text"].map(labels)
    wrong = rows.groupby("text")["label"].transform("nunique") > 1
    return rows[~wrong], tables.refused(rows[wrong], "contradicting_labels").assign(detail=detail[wrong])


def _collapse(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a text: the one with the smallest id."""
    ordered = rows.sort_values(list(tables.ROW), kind="stable")
    groups = ordered.groupby("text")
    marked = ordered.assign(train_only=groups["train_only"].transform("any"), repeats=groups["id"].transform("size"))
    return marked.drop_duplicates("text").reset_index(drop=True)


def _cluster_ids(rows: pd.DataFrame, pairs: similarity.Pairs) -> pd.Series:
    """The smallest id of each row's cluster."""
    return rows["id"].groupby(similarity.components(len(rows), pairs)).transform("min")


def _one_a_cluster(rows: pd.DataFrame) -> pd.DataFrame:
    """The row with the smallest id of each cluster; it stays in training if any row it stands for must."""
    groups = rows.groupby("cluster")
    marked = rows.assign(train_only=groups["train_only"].transform("any"), repeats=groups["repeats"].transform("sum"))
    return marked[marked["id"] == marked["cluster"]]


def _named(rows: pd.DataFrame, pairs: similarity.Pairs) -> pd.DataFrame:
    import pandas as pd

    ids = rows["id"].to_numpy()
    return pd.DataFrame({"left": ids[pairs.left], "right": ids[pairs.right], "similarity": pairs.similarity})


def _counts(rows: pd.DataFrame, clustered: pd.DataFrame, kept: pd.DataFrame, pairs: similarity.Pairs) -> dict[str, int]:
    sizes = clustered.groupby("cluster").size()
    return {
        "exact_repeats": len(rows) - len(clustered),
        "near_dropped": len(clustered) - len(kept),
        "pairs": len(pairs.left),
        "clusters": int((sizes > 1).sum()),
        "clustered_rows": int(sizes[sizes > 1].sum()),
        "largest": int(sizes.max()) if len(sizes) else 0,
    }


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("dedupe", dedupe)


if __name__ == "__main__":
    sys.exit(main())
