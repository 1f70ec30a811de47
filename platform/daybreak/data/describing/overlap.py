"""Texts that stand word for word in more than one source: a test set that came with its training set, say."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

from daybreak.data import tables

SHOWN = 12  # pairs of sources that are told, those that share most first


def overlap(root: Path) -> list[dict[str, Any]]:
    """Pairs of `sources` that share texts: how many `texts`, and the `rows` that hold them in each of the two.

    Of the rows as they were read, before repeats are collapsed: afterwards a text has one source left.
    """
    texts: Counter[tuple[str, str]] = Counter()
    rows: Counter[tuple[tuple[str, str], str]] = Counter()
    for held in _shared(root):
        for pair in combinations(sorted(held), 2):
            texts[pair] += 1
            rows.update({(pair, source): held[source] for source in pair})
    largest = sorted(texts, key=lambda pair: (-texts[pair], pair))[:SHOWN]
    return [
        {"sources": list(pair), "texts": texts[pair], "rows": [rows[pair, source] for source in pair]}
        for pair in largest
    ]


def _shared(root: Path) -> list[dict[str, int]]:
    """Of each text in several sources, its rows by source."""
    import pyarrow as pa
    import pyarrow.compute as pc

    path = root / "data/ingest/rows.parquet"
    sources = tables.read_table(path, "source")["source"]
    if pc.count_distinct(sources).as_py() < 2:
        return []
    texts = pc.utf8_trim_whitespace(tables.read_table(path, "text")["text"])
    largest = max(sources.value_counts().to_pylist(), key=lambda each: each["counts"])
    elsewhere = texts.filter(pc.not_equal(sources, largest["values"]))  # what two have stands in a smaller one
    possible = pc.is_in(texts, value_set=elsewhere.unique())
    table = pa.table({"text": texts.filter(possible), "source": sources.filter(possible)})
    cells = table.group_by(["text", "source"]).aggregate([([], "count_all")])
    several = cells.group_by("text").aggregate([([], "count_all")])
    several = several.filter(pc.greater(several["count_all"], 1))["text"]
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in cells.filter(pc.is_in(cells["text"], value_set=several)).to_pylist():
        found[row["text"]][row["source"]] = row["count_all"]
    return list(found.values())
