"""What balance and augmentation make of the training rows, once the split is done; no other split is touched."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from daybreak.data.near import grams, similarity
from daybreak.data.splitting import augmentation, balancing
from daybreak.data.splitting.augmentation import AugmentParams, Source
from daybreak.data.splitting.balancing import Balance

if TYPE_CHECKING:
    import pandas as pd

MADE = "made:"  # how the source of a row begins that no source held
OWN = {"train_only": True, "repeats": 1}  # a made row stands for itself, and may be nowhere but in training


class Enlarged(NamedTuple):
    """The training rows with those that were made (their `source` begins with MADE), and the rows left out."""

    train: pd.DataFrame
    left_out: pd.DataFrame


def enlarge(
    train: pd.DataFrame,
    held: Sequence[str],
    *,
    balance: Balance,
    augment: AugmentParams,
    seed: int,
    threshold: float,
    root: Path,
) -> Enlarged:
    """Training rows augmented, then balanced by label.

    `held` are the texts that judge (validation, test, release set): a made text that is a near-duplicate of one is not
    taken, nor one that repeats a training text. Conversations and rows that must not leave training are made from, too.
    """
    import pandas as pd

    rows = train.reset_index(drop=True)
    rows = pd.concat(
        [rows, _augmented(rows, held, augment, seed=seed, threshold=threshold, root=root)], ignore_index=True
    )
    if balance == "oversample":
        again = balancing.repeated(rows["label"].tolist(), seed)
        return Enlarged(pd.concat([rows, _copies(rows.iloc[again])], ignore_index=True), rows.iloc[:0])
    gone = balancing.left_out(rows["label"].tolist(), seed) if balance == "undersample" else []
    out = rows.iloc[gone]
    return Enlarged(rows.drop(index=gone).reset_index(drop=True), out[~is_made(out)])


def is_made(rows: pd.DataFrame) -> pd.Series:
    """Which rows were made here, and stand in no source."""
    return rows["source"].str.startswith(MADE)


def _augmented(
    rows: pd.DataFrame, held: Sequence[str], params: AugmentParams, *, seed: int, threshold: float, root: Path
) -> pd.DataFrame:
    """The rows that augmentation makes of labelled texts."""
    import pandas as pd

    labelled = rows[rows["messages"] == ""].reset_index(drop=True)
    sources = [Source(*each) for each in labelled[["id", "text", "language"]].itertuples(index=False)]
    made = augmentation.augment(sources, params, seed, root)
    if not made:
        return rows.iloc[:0]
    known = {grams.normalise(text) for text in rows["text"]}
    near = _near([each.text for each in made], held, threshold)
    fresh = []
    for place, each in enumerate(made):
        normal = grams.normalise(each.text)
        if normal and normal not in known and place not in near:
            known.add(normal)
            fresh.append(each)
    told = labelled.iloc[[each.position for each in fresh]].reset_index(drop=True)
    return told.assign(
        id=pd.Series(
            [_id(sources[each.position].id, each.method, each.number) for each in fresh], dtype=rows["id"].dtype
        ),
        text=[each.text for each in fresh],
        source=[MADE + each.method for each in fresh],
        **OWN,
    )


def _near(made: Sequence[str], held: Sequence[str], threshold: float) -> set[int]:
    """Places of the made texts that are near-duplicates of a text that judges."""
    pairs = similarity.similar_pairs([*made, *held], threshold, [0] * len(made) + [1] * len(held))
    return set(pairs.left.tolist())


def _copies(rows: pd.DataFrame) -> pd.DataFrame:
    numbers = rows.groupby("id").cumcount()
    ids = [_id(row, "oversampled", number) for row, number in zip(rows["id"], numbers, strict=True)]
    return rows.assign(id=ids, source=f"{MADE}oversampled", **OWN)


def _id(row: str, method: str, number: int) -> str:
    return hashlib.sha256(f"{row}:{method}:{number}".encode()).hexdigest()[:16]
