"""What ties rows is seen; a row that would tie two splits is a bridge, whoever comes in which order."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.data.splitting.assigning import FREE, SPLITS, TEST, TRAIN
from daybreak.data.splitting.linking import Linked, group_columns, groups_of, link

Pairs = Sequence[tuple[str, str]]


def row(
    name: str, split: str = "", *, cluster: str = "", identity: str = "", bound: bool = False, **groups: str
) -> Any:
    return {
        "id": name,
        "cluster": cluster or name,
        "identity": identity or f"says {name}",
        "groups": json.dumps(groups) if groups else "",
        "train_only": bound,
        "placed": SPLITS.index(split) if split else FREE,
    }


def linked(rows: list[Any], pairs: Pairs = (), earlier: dict[str, str] | None = None) -> Linked:
    places = pd.Series({name: SPLITS.index(split) for name, split in (earlier or {}).items()}, dtype="int64")
    return link(pd.DataFrame(rows), pd.DataFrame(list(pairs), columns=["left", "right"], dtype="str"), places)


def together(found: Linked, *positions: int) -> bool:
    return len({int(found.component[each]) for each in positions}) == 1


def test_a_row_by_itself_is_a_component() -> None:
    found = linked([row("a"), row("b", "test")])
    assert found.component.tolist() == [0, 1]
    assert found.placed.tolist() == [FREE, TEST]
    assert not found.bridges


def test_clusters_and_groups_are_joined() -> None:
    found = linked(
        [
            row("a", author="Li", product="1"),
            row("b", author="Wang", product="1"),
            row("c", author="Wang"),
            row("d", cluster="c"),
            row("e", author="", product="1x"),
        ]
    )
    assert together(found, 0, 1, 2, 3)
    assert not together(found, 0, 4)


def test_a_new_row_joins_the_split_of_its_cluster() -> None:
    found = linked([row("a", "test"), row("b", cluster="a")], [("a", "b")])
    assert found.placed.tolist() == [TEST, TEST]


def test_a_row_near_two_splits_is_a_bridge_and_the_rest_stays() -> None:
    rows = [row("a", "test"), row("b", "train", cluster="a"), row("m", cluster="a"), row("z", cluster="a")]
    found = linked(rows, [("a", "m"), ("b", "m"), ("b", "z")])
    assert found.bridges == {2: "train, test"}
    assert found.placed.tolist()[:2] == [TEST, TRAIN]
    assert found.placed[3] == TRAIN
    assert together(found, 1, 3)
    assert not together(found, 0, 1)


def test_of_a_chain_between_two_splits_one_row_goes() -> None:
    rows = [row("a", "test"), row("b", "train", cluster="a"), row("m", cluster="a"), row("n", cluster="a")]
    found = linked(rows, [("a", "m"), ("m", "n"), ("b", "n")])
    assert found.bridges == {3: "train, test"}
    assert found.placed[2] == TEST


def test_a_group_ties_as_a_near_duplicate_does() -> None:
    found = linked([row("a", "test", author="Li"), row("b", "train"), row("n", cluster="b", author="Li")], [("b", "n")])
    assert found.bridges == {2: "train, test"}


def test_new_settings_cost_training_rows_before_held_out_ones() -> None:
    found = linked([row("a", "train", author="Li"), row("b", "test", author="Li"), row("c", "validation")])
    assert found.bridges == {0: "train, test"}


@pytest.mark.parametrize("held", ["test", "validation"])
def test_a_bound_row_is_never_held_out(held: str) -> None:
    assert linked([row("a", held, bound=True)]).bridges == {0: f"train, {held}"}
    found = linked([row("a", held), row("b", cluster="a", bound=True)], [("a", "b")])
    assert found.bridges == {1: f"train, {held}"}
    assert linked([row("b", bound=True)]).placed.tolist() == [TRAIN]


def test_a_dropped_near_duplicate_still_counts() -> None:
    found = linked([row("a")], [("a", "old")], earlier={"old": "test"})
    assert found.placed.tolist() == [TEST]
    found = linked([row("a")], [("a", "old"), ("a", "other")], earlier={"old": "test", "other": "train"})
    assert found.bridges == {0: "train, test"}


def test_repeats_that_are_kept_stay_together() -> None:
    found = linked([row("a", author="Li"), row("a", author="Li"), row("b", identity="says a")])
    assert together(found, 0, 1, 2)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_that_stays_is_tied_to_another_split(data: st.DataObject) -> None:
    """Any rows, ties and places: what stood stays unless it contradicts what stands before it, in any order."""
    size = data.draw(st.integers(2, 12))
    splits = data.draw(st.lists(st.sampled_from(["", "", "train", "validation", "test"]), min_size=size, max_size=size))
    names = [f"r{place:02}" for place in range(size)]
    ends = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda pair: pair[0] < pair[1])
    pairs = data.draw(st.lists(ends, max_size=12, unique=True))
    root = {name: name for name in names}
    for _ in names:
        for left, right in pairs:
            root[left] = root[right] = min(root[left], root[right])
    rows = [row(name, split, cluster=root[name]) for name, split in zip(names, splits, strict=True)]
    found = linked(rows, pairs)
    place = {name: found.placed[at] for at, name in enumerate(names) if at not in found.bridges}
    for left, right in pairs:
        if left in place and right in place:
            assert place[left] == place[right]
    for name, split in zip(names, splits, strict=True):
        assert not split or name not in place or place[name] == SPLITS.index(split)
    shuffled = data.draw(st.permutations(range(size)))
    again = linked([rows[at] for at in shuffled], pairs)
    assert {names[at] for at in found.bridges} == {names[shuffled[at]] for at in again.bridges}


def test_groups_are_read_from_json() -> None:
    assert groups_of("") == {}
    assert groups_of('{"author": "李", "dialogue": null, "product": 7}') == {"author": "李", "product": "7"}
    assert group_columns(pd.DataFrame([row("a", author="x"), row("b", author="", product="1")])) == [
        "author",
        "product",
    ]


def test_a_text_of_several_groups_is_tied_to_all_and_a_known_one_stays() -> None:
    rows = [row("a", identity="t", author="Li"), row("b", author="Li"), row("c", author="Wang")]
    said = pd.DataFrame({"identity": ["t", "t"], "groups": ['{"author": "Li"}', '{"author": "Wang"}']})
    pairs = pd.DataFrame({"left": [], "right": []}, dtype="str")
    assert together(link(pd.DataFrame(rows), pairs, None, said), 0, 1, 2)
    assert not together(link(pd.DataFrame(rows), pairs), 0, 2)
    for each, split in zip(rows, ("train", "train", "test"), strict=True):
        each["placed"] = SPLITS.index(split)
    found = link(pd.DataFrame(rows), pairs, None, said)
    assert not found.bridges
    assert found.placed.tolist() == [TRAIN, TRAIN, TEST]
