"""Clusters go whole, by hash alone; bound rows stay in training; too little data is said."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.data import tables
from daybreak.data.dedupe import DedupeParams, dedupe
from daybreak.data.split import Cluster, Ratios, SplitParams, assign, measure_leakage, split
from daybreak.errors import DataError, StepFailed

Cleaned = Callable[..., Path]


def single(name: str, label: str = "x", *, size: int = 1, train_only: bool = False) -> Cluster:
    return Cluster(name=name, labels={label: size}, train_only=train_only)


def texts(count: int, label: str) -> list[tuple[str, str]]:
    chance = random.Random(label)
    return [("".join(chance.choices("天地玄黄宇宙洪荒日月盈昃辰宿列张abcdefgh", k=20)), label) for _ in range(count)]


def sizes(root: Path) -> dict[str, Counter[str]]:
    return {
        name: Counter(tables.read_column(root / f"data/split/{name}.parquet", "label"))
        for name in ("train", "validation", "test")
    }


def test_seven_two_one_by_label(cleaned: Cleaned) -> None:
    root = cleaned([*texts(100, "yes"), *texts(50, "no")])
    dedupe(root, DedupeParams())
    split(root, SplitParams())
    assert sizes(root) == {
        "train": {"yes": 70, "no": 35},
        "validation": {"yes": 20, "no": 10},
        "test": {"yes": 10, "no": 5},
    }
    assignments = tables.read(root / "data/split/assignments.parquet")
    assert list(assignments.columns) == ["id", "cluster", "split"]
    assert Counter(assignments["split"]) == {"train": 105, "validation": 30, "test": 15}
    assert {"id", "text", "label", "cluster", "source"} <= set(tables.read(root / "data/split/test.parquet").columns)
    leakage = tables.read_json(root / "data/split/leakage.json")
    assert leakage["pairs"] == 0
    assert 0 < leakage["max_similarity"] < 0.8
    assert len({row["split"] for row in leakage["most_similar"]}) == 2


@given(st.permutations([single(f"c{place}", "xy"[place % 2], size=1 + place % 3) for place in range(30)]))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_plays_no_part(clusters: list[Cluster]) -> None:
    expected = assign(sorted(clusters, key=lambda cluster: cluster.name), Ratios(), 17)
    assert assign(clusters, Ratios(), 17) == expected


def test_the_seed_does() -> None:
    clusters = [single(f"c{place}") for place in range(100)]
    assert assign(clusters, Ratios(), 1) != assign(clusters, Ratios(), 2)


def test_bound_clusters_stay_in_training_and_the_rest_is_shared_alike() -> None:
    clusters = [single(f"c{place}", train_only=place < 85) for place in range(100)]
    for seed in range(5):
        places = assign(clusters, Ratios(), seed)
        assert {places[f"c{place}"] for place in range(85)} == {"train"}
        assert Counter(places.values()) == {"train": 85, "validation": 10, "test": 5}


def test_a_cluster_too_large_for_what_is_left_moves_on() -> None:
    clusters = [single("huge", size=40), *(single(f"c{place}") for place in range(60))]
    places = assign(clusters, Ratios(), 3)
    assert places["huge"] == "train"
    assert Counter(places.values()) == {"train": 31, "validation": 20, "test": 10}


def test_a_mixed_cluster_counts_under_its_most_frequent_label() -> None:
    assert Cluster(name="a", labels={"no": 1, "yes": 2}, train_only=False).label == "yes"
    assert Cluster(name="a", labels={"yes": 1, "no": 1}, train_only=False).label == "no"


def test_more_rows_move_few_old_ones() -> None:
    old = [single(f"c{place}") for place in range(1000)]
    before = assign(old, Ratios(), 17)
    after = assign([*old, *(single(f"n{place}") for place in range(50))], Ratios(), 17)
    assert sum(before[name] != after[name] for name in before) < 40


def test_near_duplicates_never_straddle(cleaned: Cleaned) -> None:
    rows = [
        pair for text, label in [*texts(40, "yes"), *texts(40, "no")] for pair in ((text, label), (text + "。", label))
    ]
    root = cleaned(rows)
    dedupe(root, DedupeParams())
    split(root, SplitParams())
    assignments = tables.read(root / "data/split/assignments.parquet")
    assert assignments.groupby("cluster")["split"].nunique().max() == 1
    assert tables.read_json(root / "data/split/leakage.json")["max_similarity"] < 0.8


def test_leakage_is_found() -> None:
    rows = [("1", "这家酒店很好很干净", "yes", "train"), ("2", "这家酒店很好很干净", "yes", "test")]
    with pytest.raises(StepFailed, match=r"similarity 1.000 stand in two splits; expected below 0.8"):
        measure_leakage(pd.DataFrame(rows, columns=["id", "text", "label", "split"]), 0.8)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (texts(20, "yes"), r"only one label, 'yes'; expected rows of at least two labels"),
        ([("还行", "yes"), ("还行", "no")], r"no rows are left"),
        ([*texts(20, "yes"), *texts(9, "no")], r"label 'no' has 1 rows in test; expected at least 2"),
    ],
)
def test_too_little_data_is_said(cleaned: Cleaned, rows: list[tuple[str, str]], message: str) -> None:
    root = cleaned(rows)
    dedupe(root, DedupeParams())
    with pytest.raises(DataError, match=message):
        split(root, SplitParams())
    assert not (root / "data/split").exists()


def test_ratios_sum_to_one() -> None:
    with pytest.raises(ValueError, match=r"is 1.1, it must be 1"):
        Ratios(train=0.7, validation=0.3, test=0.1)
