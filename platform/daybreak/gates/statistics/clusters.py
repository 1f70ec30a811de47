"""Bounds on a share whose rows hang together."""

from collections.abc import Sequence

from daybreak.gates.statistics.bounds import CONFIDENCE, Bounds


def clustered_share(hits: Sequence[int], rows: Sequence[int], confidence: float = CONFIDENCE) -> Bounds:
    """Bounds on a share whose rows come in clusters, such as sentences made from one template.

    Clopper-Pearson at the effective number of rows that the spread between clusters leaves (Korn and Graubard, Survey
    Methodology 24 (1998), 193-201), between the number of clusters and the number of rows. Without a hit, or a miss,
    there is no spread to estimate, and each cluster counts as one row; a plain bootstrap would answer [0, 0] there.
    """
    from scipy.stats import beta, t

    clusters, total = len(rows), sum(rows)
    if clusters < 2 or total == 0:
        return Bounds(0.0, 1.0)
    share = sum(hits) / total
    residuals = [hit - share * row for hit, row in zip(hits, rows, strict=True)]
    variance = clusters / (clusters - 1) * sum(residual**2 for residual in residuals) / total**2
    effective = float(total if 0 < share < 1 else clusters)
    if variance > 0:
        penalty = (t.ppf(confidence, total - 1) / t.ppf(confidence, clusters - 1)) ** 2
        effective = min(max(share * (1 - share) / variance * penalty, clusters), total)
    found, missed = share * effective, (1 - share) * effective
    low = float(beta.ppf(1 - confidence, found, missed + 1)) if found else 0.0
    high = float(beta.ppf(confidence, found + 1, missed)) if missed else 1.0
    return Bounds(low, high)
