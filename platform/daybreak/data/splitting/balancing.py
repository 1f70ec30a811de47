"""Labels made equally frequent among training rows, by repeating rows of the rare ones or leaving out frequent ones."""

from collections.abc import Sequence
from typing import Literal

Balance = Literal["none", "oversample", "undersample"]


def repeated(labels: Sequence[str], seed: int) -> list[int]:
    """Positions of the rows to repeat, some more than once, until every label is as frequent as the most frequent.

    Several labels of a row are taken as one: a combination of its own.
    """
    import numpy as np
    from imblearn.over_sampling import RandomOverSampler

    if len(set(labels)) < 2:
        return []
    sampler = RandomOverSampler(random_state=seed)
    sampler.fit_resample(np.zeros((len(labels), 1)), np.asarray(labels, dtype=object))
    chosen: list[int] = sampler.sample_indices_[len(labels) :].tolist()
    return sorted(chosen)


def left_out(labels: Sequence[str], seed: int) -> list[int]:
    """Positions of the rows to leave out until every label is as rare as the rarest."""
    import numpy as np
    from imblearn.under_sampling import RandomUnderSampler

    if len(set(labels)) < 2:
        return []
    sampler = RandomUnderSampler(random_state=seed)
    sampler.fit_resample(np.zeros((len(labels), 1)), np.asarray(labels, dtype=object))
    return sorted(set(range(len(labels))) - set(sampler.sample_indices_.tolist()))
