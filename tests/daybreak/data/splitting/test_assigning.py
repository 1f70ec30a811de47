"""Clusters go whole, by hash alone, and what stands stays; labels are shared out evenly, several at a time too."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from daybreak.data.splitting.assigning import FREE, SPLITS, Clusters, Ratios, assign, strata


class One(NamedTuple):
    name: str
    labels: dict[str, int]
    bound: bool = False
    placed: int = FREE


def clusters(several: Sequence[One]) -> Clusters:
    labels = sorted({label for one in several for label in one.labels})
    counts = np.array([[one.labels.get(label, 0) for label in labels] for one in several])
    return Clusters(
        names=[one.name for one in several],
        counts=csr_array(counts),
        bound=np.array([one.bound for one in several]),
        placed=np.array([one.placed for one in several]),
    )


def places(several: Sequence[One], seed: int = 17, ratios: Ratios | None = None) -> dict[str, str]:
    found = assign(clusters(several), ratios or Ratios(), seed)
    return {one.name: SPLITS[place] for one, place in zip(several, found, strict=True)}


def singles(count: int, label: str = "x", start: str = "c") -> list[One]:
    return [One(f"{start}{place}", {label: 1}) for place in range(count)]


@given(st.permutations([One(f"c{place}", {"xy"[place % 2]: 1 + place % 3}) for place in range(30)]))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_plays_no_part(several: list[One]) -> None:
    assert places(several) == places(sorted(several))


def test_the_seed_does() -> None:
    assert places(singles(100), seed=1) != places(singles(100), seed=2)


def test_bound_clusters_stay_in_training_and_the_rest_is_shared_alike() -> None:
    several = [One(f"c{place}", {"x": 1}, bound=place < 85) for place in range(100)]
    for seed in range(5):
        found = places(several, seed)
        assert {found[f"c{place}"] for place in range(85)} == {"train"}
        assert Counter(found.values()) == {"train": 85, "validation": 10, "test": 5}


def test_a_cluster_too_large_for_what_is_left_moves_on() -> None:
    found = places([One("huge", {"x": 40}), *singles(60)], seed=3)
    assert found["huge"] == "train"
    assert Counter(found.values()) == {"train": 31, "validation": 20, "test": 10}


def test_large_groups_come_as_near_to_the_ratios_as_they_can() -> None:
    found = places([One(f"author{place}", {"yes": 11, "no": 9}) for place in range(10)])
    assert Counter(found.values()) == {"train": 7, "validation": 2, "test": 1}


def test_what_stands_stays_and_new_rows_fill_up() -> None:
    old = [One(name, {"x": 1}, placed=SPLITS.index(place)) for name, place in places(singles(1000)).items()]
    found = places([*old, *singles(500, start="n")])
    assert all(found[one.name] == SPLITS[one.placed] for one in old)
    assert Counter(found.values()) == {"train": 1050, "validation": 300, "test": 150}


def test_a_split_that_is_overfull_takes_no_more() -> None:
    old = [One(f"o{place}", {"x": 1}, placed=SPLITS.index("test")) for place in range(50)]
    found = places([*old, *singles(50)])
    assert Counter(found.values()) == {"test": 50, "validation": 20, "train": 30}


def test_rows_that_come_back_go_where_they_were_as_a_rule() -> None:
    first = places(singles(1000))
    old = [One(name, {"x": 1}, placed=SPLITS.index(place)) for name, place in list(first.items())[:900]]
    again = places([*old, *singles(1000)[900:]])
    assert sum(first[name] != again[name] for name in first) < 20


def test_several_labels_are_shared_out_the_rarest_first() -> None:
    chance = random.Random(4)
    several = [
        One(
            f"c{place}",
            {label: 1 for label, share in {"a": 0.6, "b": 0.3, "c": 0.02}.items() if chance.random() < share},
        )
        for place in range(3000)
    ]
    several = [one for one in several if one.labels]
    found = places(several)
    for label in "abc":
        rows = Counter(found[one.name] for one in several if label in one.labels)
        total = sum(rows.values())
        assert rows["test"] / total == pytest.approx(0.1, abs=0.02), label
        assert rows["validation"] / total == pytest.approx(0.2, abs=0.02), label


@pytest.mark.parametrize(("label", "names"), [("好", ("好",)), ('["a", "差"]', ("a", "差")), ("", ("",))])
def test_a_row_is_shared_out_under_each_of_its_labels(label: str, names: tuple[str, ...]) -> None:
    assert strata(label) == names


def test_ratios_sum_to_one() -> None:
    with pytest.raises(ValueError, match=r"is 1.1, it must be 1"):
        Ratios(train=0.7, validation=0.3, test=0.1)
