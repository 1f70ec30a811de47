"""Whether the artifact is as often right as it is sure: expected calibration error on the test split."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daybreak.evaluation.subject import Subject

BINS = 15
DRAWS = 999
SEED = 17


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Expected calibration error over bins of equally many rows (Nixon et al., CVPR workshops 2019), the bins, the
    score of Brier (1950), and what the error would be by chance.

    `perfect` is the mean error of as many answers that are right exactly as often as they are sure: an estimate from
    finitely many rows is never 0. `resampled` has the errors of bootstrap samples of the rows.
    """
    probabilities = subject.predictions.probabilities
    right = np.array(subject.predictions.labels) == subject.test["label"].astype(str).to_numpy()
    sure = probabilities.max(axis=1).astype(np.float64)
    chance = np.random.default_rng(SEED)
    perfect = [error(sure, chance.random(len(sure)) < sure) for _ in range(DRAWS)]
    drawn = chance.integers(0, len(sure), (DRAWS, len(sure)))
    return {
        "rows": len(sure),
        "error": error(sure, right),
        "perfect": float(np.mean(perfect)),
        "resampled": [round(error(sure[rows], right[rows]), 5) for rows in drawn],
        "brier": _brier(subject, probabilities),
        "bins": [
            {"confidence": float(sure[rows].mean()), "accuracy": float(right[rows].mean()), "rows": len(rows)}
            for rows in _bins(sure)
        ],
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {"calibration_error": result["error"], "brier": result["brier"]}


def error(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean over rows of |accuracy - confidence| of their bin; both [rows], `sure` in 0..1."""
    return float(sum(abs(sure[rows].sum() - right[rows].sum()) for rows in _bins(sure)) / len(sure))


def _bins(sure: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Positions of the rows in each bin, the least sure first."""
    return [rows for rows in np.array_split(np.argsort(sure, kind="stable"), BINS) if len(rows)]


def _brier(subject: Subject, probabilities: NDArray[np.float32]) -> float:
    """Mean squared distance between the probabilities and the truth, summed over labels: 0 at best, 2 at worst."""
    names = np.array(subject.predictor.labels)
    truth = subject.test["label"].astype(str).to_numpy()[:, None] == names[None, :]
    return float(((probabilities - truth) ** 2).sum(axis=1).mean())
