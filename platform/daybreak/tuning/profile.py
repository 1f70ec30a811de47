"""What training rows are like, in a few numbers that hold none of their texts, and how far two such profiles differ."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from daybreak.records import DatasetRef, Record

BUCKETS = 1024
CHARACTERS = 20_000_000  # about so many are read of a large dataset, from evenly spaced rows


class Profile(Record):
    """`labels` are shares, `pairs` counts of neighbouring characters by the bucket that they hash to."""

    data_version: int
    labels: dict[str, float]
    pairs: tuple[int, ...]


def of(dataset: DatasetRef) -> Profile:
    """The profile of the train split; DataError for one that cannot be read."""
    from daybreak.training.feeding import tokens

    rows = tokens.read(dataset.split("train"))
    shares = {label: count / len(rows.labels) for label, count in sorted(Counter(rows.labels).items())}
    texts = [text or said for text, said in zip(rows.texts, rows.messages, strict=True)]
    return Profile(data_version=dataset.version, labels=shares, pairs=tuple(_pairs(texts).tolist()))


def distance(one: Profile, other: Profile) -> float:
    """0..1: the larger of the total variation distances of labels and of pairs."""
    labels = sorted(set(one.labels) | set(other.labels))
    by_label = [np.array([each.labels.get(label, 0.0) for label in labels]) for each in (one, other)]
    by_pair = [np.array(each.pairs) / max(1, sum(each.pairs)) for each in (one, other)]
    return max(float(np.abs(new - old).sum() / 2) for new, old in (by_label, by_pair))


def write(profile: Profile, path: Path) -> None:
    path.write_text(profile.model_dump_json(), encoding="utf-8")


def read(path: Path) -> Profile | None:
    """None where no profile, or none of this kind, was left."""
    try:
        found = Profile.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if len(found.pairs) == BUCKETS else None


def _pairs(texts: Sequence[str]) -> NDArray[np.int64]:
    stride = max(1, sum(map(len, texts)) // CHARACTERS)
    flat = "\n".join(texts[::stride]).encode("utf-32-le", errors="surrogatepass")
    points = np.frombuffer(flat, dtype=np.uint32).astype(np.uint64)
    mixed = (points[:-1] * np.uint64(0x9E3779B1) + points[1:]) * np.uint64(0x9E3779B97F4A7C15)
    return np.bincount((mixed >> np.uint64(54)).astype(np.int64), minlength=BUCKETS)
