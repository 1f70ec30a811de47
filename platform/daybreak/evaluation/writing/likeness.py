"""How like an answer is to a reference, in Chinese as in English: by characters, since words need a segmenter."""

import unicodedata
from collections import Counter

LONGEST = 6
BETA = 2.0


def exact(answer: str, reference: str) -> float:
    """1 if both say the same but for case, width and white space, else 0."""
    return float(_plain(answer) == _plain(reference))


def chrf(answer: str, reference: str) -> float:
    """Character n-gram F-score in 0..1 (chrF2: n up to 6, recall twice as important, white space aside).

    Popović, chrF: character n-gram F-score for automatic MT evaluation (WMT 2015). Orders of which neither side has any
    are left out of the mean; two empty texts are alike.
    """
    said, wanted = _plain(answer), _plain(reference)
    if not said and not wanted:
        return 1.0
    orders = [order for order in range(1, LONGEST + 1) if max(len(said), len(wanted)) >= order]
    precision = recall = 0.0
    for order in orders:
        ours, theirs = _grams(said, order), _grams(wanted, order)
        shared = sum((ours & theirs).values())
        precision += shared / max(1, sum(ours.values())) / len(orders)
        recall += shared / max(1, sum(theirs.values())) / len(orders)
    if not precision + recall:
        return 0.0
    return (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)


def holds(answer: str, wanted: str) -> bool:
    """Whether an answer contains what was promised, case, width and white space aside."""
    return _plain(wanted) in _plain(answer)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _grams(text: str, order: int) -> Counter[str]:
    return Counter(text[start : start + order] for start in range(len(text) - order + 1))
