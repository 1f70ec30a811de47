"""What two sources share is told, and how many rows of each hold it."""

from pathlib import Path

import pandas as pd

from daybreak.data import tables
from daybreak.data.describing.overlap import SHOWN, overlap


def write(root: Path, rows: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["text", "source"])
    frame["id"] = [f"{place:04}" for place in range(len(frame))]
    tables.write(frame, root / "data/ingest/rows.parquet", tables.ROW)


def test_pairs_of_sources_that_share_texts(tmp_path: Path) -> None:
    rows = [("好", "train"), ("好", "test"), (" 好 ", "test"), ("bad", "train"), ("bad", "test"), ("own", "test")]
    write(tmp_path, [*rows, ("好", "dev"), ("alone", "dev")])
    assert overlap(tmp_path) == [
        {"sources": ["test", "train"], "texts": 2, "rows": [3, 2]},
        {"sources": ["dev", "test"], "texts": 1, "rows": [1, 2]},
        {"sources": ["dev", "train"], "texts": 1, "rows": [1, 1]},
    ]


def test_one_source_shares_with_nobody(tmp_path: Path) -> None:
    write(tmp_path, [("好", "train"), ("好", "train")])
    assert overlap(tmp_path) == []


def test_of_many_sources_the_closest_are_told(tmp_path: Path) -> None:
    write(tmp_path, [(f"text {number}", f"night-{night}") for night in range(10) for number in range(night)])
    told = overlap(tmp_path)
    assert len(told) == SHOWN
    assert told[0] == {"sources": ["night-8", "night-9"], "texts": 8, "rows": [8, 8]}
