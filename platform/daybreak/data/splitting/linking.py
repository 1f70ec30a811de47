"""Which rows must go together, and which would tie two splits to one another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data import tables
from daybreak.data.splitting.assigning import FREE, SPLITS, TEST, TRAIN

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Integers = np.ndarray[Any, np.dtype[np.int64]]

PRECEDENCE = {split: rank for rank, split in enumerate(range(TEST, FREE - 1, -1))}  # test, validation, train, new


class Linked(NamedTuple):
    """Of each row, by position: the number of its component, and the split that it is held to (FREE if none).

    `bridges` are the rows that would tie splits together, by position, with the names of those splits.
    """

    component: Integers
    placed: Integers
    bridges: dict[int, str]


class _Member(NamedTuple):
    """A row (or one that only an earlier preparation kept) of a component that ties splits together."""

    node: int
    name: str
    place: int
    bound: bool
    keys: tuple[int, ...]
    shared: tuple[int, ...]

    @property
    def precedence(self) -> tuple[int, bool, str]:
        return PRECEDENCE[self.place], not self.bound, self.name


def link(
    rows: pd.DataFrame, pairs: pd.DataFrame, earlier: pd.Series | None = None, said: pd.DataFrame | None = None
) -> Linked:
    """Components of rows (`id, cluster, identity, groups, train_only, placed`) that no boundary may run through.

    What ties: a cluster of near-duplicates, the same identity, the same value of a group column; `pairs` (`left,
    right`) also name rows that are no longer there, whose `earlier` place (id to split number) still counts. Where a
    component holds rows of two splits, its rows are taken one by one, those held out first, the new ones last, and one
    that is near rows of two splits is a bridge; so what stands stays, and the order of the source plays no part.

    A text that several groups say (`said`: `identity, groups`) is tied to all of them; if it has a split already, it
    stays there, and groups of other splits do not tie it.
    """
    import numpy as np
    import pandas as pd

    names = pd.concat([rows["id"], rows["cluster"], pairs["left"], pairs["right"]], ignore_index=True)
    codes, ids = pd.factorize(names)
    node, cluster, left, right = np.split(codes, np.cumsum([len(rows), len(rows), len(pairs)]))
    holder, key = _keys(rows, said)
    holder, key = node[holder], key + len(ids)
    size = int(key.max(initial=len(ids) - 1)) + 1
    several = set() if said is None else set(node[rows["identity"].isin(said["identity"])].tolist())
    names_end = len(ids) + rows["identity"].nunique()
    whole = _components(size, [(node, cluster), (left, right), (holder, key)])
    place = np.full(len(ids), FREE)
    if earlier is not None:
        place = tables.beside(ids, earlier.index, earlier, FREE)
    place[node] = rows["placed"].to_numpy()
    bound = np.zeros(len(ids), bool)
    bound[node] = rows["train_only"].to_numpy(bool)
    held, torn = _held(whole[: len(ids)], place, bound)
    component, placed = whole[node], held[whole[node]]
    bridges: dict[int, str] = {}
    if torn.any():
        inside = torn[whole[: len(ids)]]
        counted = inside & (place != FREE)
        counted[node] |= inside[node]
        keys = _gathered(holder, key, inside[holder])
        near = _gathered(np.append(left, right), np.append(right, left), np.tile(inside[left], 2))
        members = [
            _Member(
                each,
                ids[each],
                int(place[each]),
                bool(bound[each]),
                tuple(key for key in keys.get(each, ()) if key < names_end or each not in several),
                tuple(key for key in keys.get(each, ()) if key >= names_end and each in several),
            )
            for each in np.flatnonzero(counted).tolist()
        ]
        roots, colours, refused = _settle(members, near)
        for position in np.flatnonzero(inside[node]).tolist():
            row = int(node[position])
            if row in refused:
                bridges[position] = refused[row]
            else:
                component[position] = size + roots[row]
                placed[position] = colours[roots[row]]
    return Linked(np.unique(component, return_inverse=True)[1], placed, bridges)


def group_columns(rows: pd.DataFrame) -> list[str]:
    """The group columns that any row declares, in order."""
    return sorted({column for each in rows["groups"].unique() for column in groups_of(each)})


def groups_of(groups: str) -> dict[str, str]:
    """A row's groups by column; a row without a value is in no group of that column."""
    found: Mapping[str, Any] = json.loads(groups) if groups else {}
    return {column: str(value) for column, value in found.items() if value not in (None, "")}


def _keys(rows: pd.DataFrame, said: pd.DataFrame | None) -> tuple[Integers, Integers]:
    """(row position, number of a key) for everything that ties a row to others: its identity, and its groups."""
    import numpy as np
    import pandas as pd

    same, identities = pd.factorize(rows["identity"])
    tied, groups = np.arange(len(rows)), rows["groups"]
    if said is not None:
        more = pd.DataFrame({"identity": rows["identity"], "at": tied}).merge(said, on="identity")
        tied, groups = np.append(tied, more["at"].to_numpy(np.int64)), pd.concat([groups, more["groups"]])
    codes, distinct = pd.factorize(groups)
    numbers: dict[tuple[str, str], int] = {}
    listed = [
        [numbers.setdefault(tie, len(identities) + len(numbers)) for tie in groups_of(each).items()]
        for each in distinct
    ]
    lengths = np.array([len(each) for each in listed], np.int64)[codes] if len(rows) else np.empty(0, np.int64)
    tied, code = np.repeat(tied, lengths), np.repeat(codes, lengths)
    starts = np.concatenate(([0], np.cumsum([len(each) for each in listed]))).astype(np.int64)
    flat = np.array([number for each in listed for number in each], np.int64)
    within = np.arange(len(tied)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return (
        np.concatenate((np.arange(len(rows)), tied)),
        np.concatenate((same, flat[starts[code] + within] if len(tied) else flat[:0])).astype(np.int64),
    )


def _components(size: int, edges: Iterable[tuple[Integers, Integers]]) -> Integers:
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, other = (np.concatenate(side) for side in zip(*edges, strict=True))
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(size, size))
    found: Integers = connected_components(graph, directed=False)[1].astype(np.int64)
    return found


def _held(component: Integers, place: Integers, bound: Any) -> tuple[Integers, Any]:
    """The split that each component is held to, and whether it holds rows of two."""
    import numpy as np

    highest = np.full(component.max(initial=-1) + 1, FREE)
    lowest = np.full(len(highest), len(SPLITS))
    for which, split in ((place != FREE, place), (bound, np.full(len(place), TRAIN))):
        nodes = np.flatnonzero(which)
        np.maximum.at(highest, component[nodes], split[nodes])
        np.minimum.at(lowest, component[nodes], split[nodes])
    return highest, highest > lowest


def _gathered(one: Integers, other: Integers, wanted: Any) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for each, tied in zip(one[wanted].tolist(), other[wanted].tolist(), strict=True):
        found.setdefault(each, []).append(tied)
    return found


def _settle(
    members: list[_Member], near: Mapping[int, list[int]]
) -> tuple[dict[int, int], dict[int, int], dict[int, str]]:
    """Root of each node that stays, split of each root, and the refused nodes with the splits they would tie."""
    parent: dict[int, int] = {}
    colour: dict[int, int] = {}
    refused: dict[int, str] = {}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for member in sorted(members, key=lambda member: member.precedence):
        tied = {root(each) for each in (*near.get(member.node, ()), *member.keys) if each in parent}
        found = {colour[each] for each in tied} | {member.place} | ({TRAIN} if member.bound else set())
        found.discard(FREE)
        keys = member.keys
        shared = {root(each) for each in member.shared if each in parent}
        elsewhere = {colour[each] for each in shared} - {FREE} - found
        if member.place == FREE or not elsewhere:
            tied, keys, found = tied | shared, (*member.keys, *member.shared), found | elsewhere
        if len(found) > 1:
            refused[member.node] = ", ".join(SPLITS[split] for split in sorted(found))
            continue
        for each in (member.node, *tied, *keys):
            parent[each] = member.node
        colour[member.node] = found.pop() if found else FREE
    roots = {node: root(node) for node in parent}
    return roots, {each: colour[each] for each in roots.values()}, refused
