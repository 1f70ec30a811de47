"""Character n-grams of many texts at once, as a sparse matrix of counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]

LONGEST = 3  # three code points of 21 bits fit into one 64-bit number
BITS = 21
PAST_UNICODE = (1 << BITS) - 1  # fills up shorter grams; no character has this code, so lengths never mix


def normalise(text: str) -> str:
    """What is compared and counted: lower-cased text with white space collapsed."""
    return " ".join(text.lower().split())


def code_points(text: str, at_least: int = 0) -> Integers:
    """The code points of the normalised text, filled up to a length."""
    import numpy as np

    codes = np.frombuffer(normalise(text).encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.concatenate([codes, np.full(max(0, at_least - len(codes)), PAST_UNICODE)]).astype(np.int64)


def count_matrix(texts: Sequence[Integers], lengths: Iterable[int]) -> Any:
    """Texts x grams, sparse counts of the n-grams of these lengths (1..3); columns ascend within a row."""
    import numpy as np
    from scipy.sparse import csr_array

    documents, grams = (np.concatenate(parts) for parts in zip(*(_ngrams(texts, n) for n in lengths), strict=True))
    names, columns = np.unique(grams, return_inverse=True)
    cells = np.sort(documents * len(names) + columns)
    firsts = np.flatnonzero(np.diff(cells, prepend=-1))
    rows, columns = np.divmod(cells[firsts], max(1, len(names)))
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(texts)))))
    counts = np.diff(firsts, append=len(cells))
    narrow = np.int32 if len(cells) < 2**31 else np.int64  # half the memory to move, a quarter of the fit's time
    return csr_array((counts, columns.astype(narrow), starts.astype(narrow)), shape=(len(texts), len(names)))


def _ngrams(texts: Sequence[Integers], length: int) -> tuple[Integers, Integers]:
    """(position of the text, gram as one number) for every n-gram of every text, repeats included."""
    import numpy as np

    flat = np.concatenate(texts)
    documents = np.repeat(np.arange(len(texts)), [len(codes) for codes in texts])
    starts = np.flatnonzero(documents[: len(documents) - length + 1] == documents[length - 1 :])
    grams = np.zeros(len(starts), np.int64)
    for offset in range(LONGEST):
        grams = (grams << BITS) | (flat[starts + offset] if offset < length else PAST_UNICODE)
    return documents[starts], grams
