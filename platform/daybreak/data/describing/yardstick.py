"""What the last version says of texts it has not seen: the label its quick model gives, and how typical they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.describing import baseline
from daybreak.data.near.grams import code_points, count_matrix

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Floats = np.ndarray[Any, np.dtype[np.float64]]

TRAINED = 8000  # training rows of the last version that the quick model learns from: seconds, whatever its size
HELD_OUT = 2000  # rows of its validation and test that say how well the model does, and what is typical
RARE = 0.05  # share of the last version's own texts that are less typical than a strange one may be
HALF = 0.5  # of the median: in data as uniform as a form's answers, a text among the rarest is not yet strange


class Opinion(NamedTuple):
    """The label that the last version's quick model gives a text, and whether the text is strange to it."""

    label: str
    strange: bool


@dataclass(frozen=True)
class LastVersion:
    """The prepared data: all its cleaned rows, and bounded samples of the split, each with `text` and `label`."""

    rows: pd.DataFrame
    train: pd.DataFrame
    held_out: pd.DataFrame

    @cached_property
    def shares(self) -> dict[str, float]:
        """Share of each label among its distinct rows."""
        counts = self.rows.drop_duplicates()["label"].value_counts(normalize=True)
        return {str(label): float(share) for label, share in counts.items()}


class Yardstick(NamedTuple):
    """Opinions on the texts that were asked about, and the quick model's accuracy on rows held out of its training."""

    opinions: Mapping[str, Opinion]
    honest: float


def last_version(root: Path) -> LastVersion | None:
    """What data/ holds of the last preparation, None before the first. Ids are digests, so first rows are a draw."""
    files = [root / "data" / name for name in ("clean/rows", "split/train", "split/validation", "split/test")]
    if not all(file.with_suffix(".parquet").is_file() for file in files):
        return None
    import pandas as pd

    rows, train, *held_out = (
        pd.read_parquet(file.with_suffix(".parquet"), columns=["text", "label"]) for file in files
    )
    most = HELD_OUT // len(held_out)
    return LastVersion(rows, train.head(TRAINED), pd.concat([split.head(most) for split in held_out]))


def measure(last: LastVersion, texts: Sequence[str]) -> Yardstick:
    """Fit once on the last version's training rows, and answer all these texts (at least one)."""
    import numpy as np
    import pandas as pd

    held = last.held_out["text"].tolist()
    asked = pd.DataFrame({"text": [*held, *texts]})
    grams = baseline.Grams([*last.train["text"], *asked["text"]])
    labels = last.train["label"].unique()
    said = baseline.answer(grams, last.train, asked).predicted if len(labels) > 1 else [str(labels[0])] * len(asked)
    typical = typicality(last.train["text"].tolist(), asked["text"].tolist())
    usual = typical[: len(held)]
    strange = typical < min(np.quantile(usual, RARE), HALF * np.median(usual))
    told = zip(texts, said[len(held) :], strange[len(held) :], strict=True)
    honest = baseline.accuracy(last.held_out["label"].tolist(), said[: len(held)])
    return Yardstick({text: Opinion(label, bool(odd)) for text, label, odd in told}, honest)


def typicality(known: Sequence[str], asked: Sequence[str]) -> Floats:
    """Cosine, 0..1, between each asked text and the mean of the known ones, over TF-IDF of character 1-3-grams.

    A gram that no known text has counts in the length of a text: what is made of such grams is not typical.
    """
    import numpy as np

    counts = count_matrix([code_points(text) for text in (*known, *asked)], lengths=(1, 2, 3))
    weights = 1 + np.log(counts.data)
    texts_with = np.bincount(counts[: len(known)].indices, minlength=counts.shape[1])
    weights *= (1 + np.log((1 + len(known)) / (1 + texts_with)))[counts.indices]
    counts.data = weights
    lengths = np.sqrt(counts.multiply(counts).sum(axis=1))
    scale = 1 / np.maximum(lengths, np.finfo(float).tiny)
    centre = counts[: len(known)].T @ scale[: len(known)]
    cosines: Floats = (counts[len(known) :] @ centre) * scale[len(known) :] / np.linalg.norm(centre)
    return cosines
