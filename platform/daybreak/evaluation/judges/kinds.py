"""Whether texts are of the kind that a judge was measured on: as unlikely, word by word, as those were."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS = 16
"""To a nat, in which surprisals are kept: 255 of them reach to one token in eight million."""

STRANGE = 0.05
"""Share of the judge's own texts that count as strange to it."""

MOST_STRANGE = 0.1
"""Share of others that may be strange, before they are of another kind: twice as many."""

OFF_CENTRE = 0.15
"""How far from one half the share of texts above the judge's own median may be."""

FEWEST = 100
"""Texts, below which nothing is said."""


@dataclass(frozen=True)
class Kind:
    """How surprising each token is in text of a kind (uint8 [vocabulary], 16ths of a nat), and how surprising texts.

    A text's surprisal is the mean over its tokens; `median` and `high` (all but STRANGE) are those of texts that
    neither the judge nor the counts of tokens have seen.
    """

    surprisals: "NDArray[np.uint8]"
    median: float
    high: float

    @classmethod
    def of(cls, seen: Sequence[Sequence[int]], unseen: Sequence[Sequence[int]], vocabulary: int) -> "Kind":
        """From token ids of the texts that were learned from, and of some that were not."""
        counts = np.bincount(np.concatenate([np.asarray(ids, dtype=np.int64) for ids in seen]), minlength=vocabulary)
        smooth = counts + 0.5
        surprisals = np.clip(np.rint(-np.log(smooth / smooth.sum()) * STEPS), 0, 255).astype(np.uint8)
        found = _means(surprisals, unseen)
        return cls(surprisals, float(np.median(found)), float(np.quantile(found, 1 - STRANGE)))

    def compare(self, texts: Sequence[Sequence[int]]) -> dict[str, Any]:
        """`texts`, share `strange`, share `above_median`, and whether all that makes them the `same` kind."""
        found = _means(self.surprisals, texts)
        if not len(found):
            return {"texts": 0, "strange": None, "above_median": None, "same": False}
        strange, above = float((found > self.high).mean()), float((found > self.median).mean())
        same = len(found) >= FEWEST and strange <= MOST_STRANGE and abs(above - 0.5) <= OFF_CENTRE
        return {"texts": len(found), "strange": strange, "above_median": above, "same": same}


def _means(surprisals: "NDArray[np.uint8]", texts: Sequence[Sequence[int]]) -> "NDArray[np.float64]":
    """Mean surprisal of each text that has tokens, in nats."""
    return np.array([surprisals[np.asarray(ids)].mean() / STEPS for ids in texts if len(ids)], dtype=np.float64)
