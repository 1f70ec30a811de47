"""Whether new texts are like known ones: a two-sample test over character n-grams, for any language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.near.grams import code_points, count_matrix

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]

MOST = 1000  # texts a side that are compared
FEWEST = 20  # texts a side; below, nothing is said
PERMUTATIONS = 999
DIGITS = 6


class Drift(NamedTuple):
    """How two samples of texts differ.

    `mmd` is the unbiased squared maximum mean discrepancy, `p_value` its share among permutations of the two sides,
    `effect` the probability that of an old and a new text the new one is recognised (0.5 when they are alike), and
    `typical` the places, among the new texts that were compared, of those least like the old.
    """

    mmd: float
    p_value: float
    effect: float
    typical: list[int]


def compare(
    old: Sequence[str], new: Sequence[str], *, seed: int = 17, typical: int = 3, permutations: int = PERMUTATIONS
) -> Drift | None:
    """Compare two samples of texts, the first MOST of each; None when a side has fewer than FEWEST.

    The kernel is the cosine of TF-IDF over character 1-3-grams. The test is that of Gretton et al., "A Kernel
    Two-Sample Test" (JMLR 2012), with a permutation p-value, so it holds for any number of texts; the effect is the
    area under the ROC curve of the kernel's witness function, each text judged without itself.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    sides = [list(texts[:MOST]) for texts in (old, new)]
    if min(map(len, sides)) < FEWEST:
        return None
    is_new = np.repeat([False, True], [len(side) for side in sides])
    with threadpool_limits(limits=1):  # the same sums in the same order everywhere
        kernel = _kernel([*sides[0], *sides[1]])
        chance = np.random.default_rng(seed)
        drawn = np.stack([is_new, *(chance.permutation(is_new) for _ in range(permutations))])
        found = _discrepancies(kernel, drawn.astype(float)).round(DIGITS)
        witness = _witness(kernel, is_new)
    order = np.argsort(-witness[is_new], kind="stable")[:typical]
    p_value = (found >= found[0]).sum() / len(found)
    return Drift(float(found[0]), float(p_value), round(_auc(witness, is_new), DIGITS), [int(each) for each in order])


def _kernel(texts: Sequence[str]) -> Floats:
    """Texts x texts: cosines of TF-IDF rows, and 0 where a text meets itself."""
    import numpy as np
    from scipy.sparse import diags_array

    counts = count_matrix([code_points(text, at_least=1) for text in texts], lengths=(1, 2, 3)).astype(np.float64)
    texts_with = np.bincount(counts.indices, minlength=counts.shape[1])
    counts.data = (1 + np.log(counts.data)) * np.log((1 + len(texts)) / texts_with)[counts.indices]
    lengths = np.sqrt(counts.multiply(counts).sum(axis=1))
    rows = diags_array(1 / np.maximum(lengths, np.finfo(float).tiny)) @ counts
    kernel: Floats = (rows @ rows.T).toarray()
    np.fill_diagonal(kernel, 0)
    return kernel


def _discrepancies(kernel: Floats, drawn: Floats) -> Floats:
    """The unbiased squared discrepancy for each way (a row of 0 and 1) of drawing the new side."""
    new = drawn.sum(axis=1)
    old = len(kernel) - new
    inside_new = ((drawn @ kernel) * drawn).sum(axis=1)
    touching_new = drawn @ kernel.sum(axis=1)
    across = touching_new - inside_new
    inside_old = kernel.sum() - touching_new - across
    result: Floats = inside_new / (new * (new - 1)) + inside_old / (old * (old - 1)) - 2 * across / (new * old)
    return result


def _witness(kernel: Floats, is_new: np.ndarray[Any, np.dtype[np.bool_]]) -> Floats:
    """How much nearer each text is to the other new texts than to the other old ones."""
    near_new, near_old = kernel[:, is_new].sum(axis=1), kernel[:, ~is_new].sum(axis=1)
    result: Floats = (near_new / (is_new.sum() - is_new) - near_old / ((~is_new).sum() - ~is_new)).round(DIGITS)
    return result


def _auc(scores: Floats, positive: np.ndarray[Any, np.dtype[np.bool_]]) -> float:
    """Probability that a positive scores above a negative; a tie counts half."""
    from scipy.stats import rankdata

    many = int(positive.sum())
    ranks = float(rankdata(scores)[positive].sum())
    return (ranks - many * (many + 1) / 2) / (many * (len(scores) - many))
