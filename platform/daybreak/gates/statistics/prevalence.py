"""Bounds on a true share that is seen through a judge who errs."""

from typing import NamedTuple

from daybreak.gates.statistics.bounds import CONFIDENCE, Bounds


class Errors(NamedTuple):
    """What is known of a judge: of `positives` reviewed rows it found `detected`, of `negatives` it let `passed` pass.

    Numbers need not be whole: what is known of one answer may be turned into what that means for several.
    """

    positives: float
    detected: float
    negatives: float
    passed: float

    @property
    def sensitivity(self) -> float:
        """Share of what is there that the judge finds, shrunk towards one half by one row on each side."""
        return (self.detected + 1) / (self.positives + 2)

    @property
    def specificity(self) -> float:
        """Share of what is not there that the judge lets pass, shrunk likewise."""
        return (self.passed + 1) / (self.negatives + 2)

    @property
    def informs(self) -> bool:
        """Whether the judge finds more of what is there than it alleges of what is not."""
        return self.sensitivity + self.specificity > 1


def true_share(hits: int, rows: int, errors: Errors) -> float:
    """The share that the judge's `hits` of `rows` speak for (Rogan and Gladen, Am. J. Epidemiol. 107 (1978), 71-76)."""
    if not errors.informs or not rows:
        return hits / rows if rows else 0.0
    found = (hits / rows + errors.specificity - 1) / (errors.sensitivity + errors.specificity - 1)
    return min(1.0, max(0.0, found))


def double_sampled_share(hits: int, rows: int, errors: Errors) -> float:
    """The likeliest share where the reviewed rows are drawn as they come from the same as the judged ones.

    Among what the judge alleges and what it lets pass, people found a share each (Tenenbein, JASA 65 (1970),
    1350-1361). Where they reviewed none of what it alleges, all of that counts.
    """
    alarms, missed = errors.negatives - errors.passed, errors.positives - errors.detected
    right = errors.detected / (errors.detected + alarms) if errors.detected + alarms else 1.0
    overlooked = missed / (missed + errors.passed) if missed + errors.passed else 0.0
    return (hits * right + (rows - hits) * overlooked) / rows


def true_share_bounds(hits: int, rows: int, errors: Errors, confidence: float = CONFIDENCE) -> Bounds:
    """Bounds on the true share; 0 and 1 for a judge who knows nothing.

    Rogan and Gladen's estimate with the variances of the share, of sensitivity and of specificity, each shrunk, and
    with the correction of the middle by Lang and Reiczigel (Prev. Vet. Med. 113 (2014), 13-22). A share below what
    false alarms alone would make counts as that much: it says that the judge errs otherwise here, not that there is
    less than nothing.
    """
    from scipy.stats import norm

    if not errors.informs or not rows:
        return Bounds(0.0, 1.0)
    z = float(norm.ppf(confidence))
    sensitivity, specificity = errors.sensitivity, errors.specificity
    power, size = sensitivity + specificity - 1, rows + z * z
    seen = max((hits + z * z / 2) / size, 1 - specificity)
    share = min(1.0, (seen + specificity - 1) / power)
    of_sensitivity = share * sensitivity * (1 - sensitivity) / (errors.positives + 2)
    of_specificity = (1 - share) * specificity * (1 - specificity) / (errors.negatives + 2)
    middle = share + 2 * z * z * (of_sensitivity - of_specificity)
    variance = seen * (1 - seen) / size + share * of_sensitivity + (1 - share) * of_specificity
    reach = z * variance**0.5 / power
    return Bounds(min(1.0, max(0.0, middle - reach)), min(1.0, max(0.0, middle + reach)))


def narrower(first: Bounds, second: Bounds) -> Bounds:
    """The tighter ends of two bounds on one number; their errors add up. Where they contradict, the wider of each."""
    low, high = max(first.low, second.low), min(first.high, second.high)
    return Bounds(low, high) if low <= high else Bounds(min(first.low, second.low), max(first.high, second.high))


def of_several(errors: Errors, answers: int) -> Errors:
    """What is known of the judge when it looks at several answers and calls the lot toxic as soon as one is.

    All have to pass for the lot to pass. That a lot with something toxic is found is at least as likely as for a
    single answer; that likelihood is kept, so that the bound errs on the careful side.
    """
    one = errors.specificity
    lot = one**answers
    variance = (answers * one ** (answers - 1)) ** 2 * one * (1 - one) / (errors.negatives + 2)
    rows = max(0.0, lot * (1 - lot) / variance - 2) if variance else errors.negatives
    return errors._replace(negatives=rows, passed=max(0.0, lot * (rows + 2) - 1))
