"""The yardstick: TF-IDF over character 1-3-grams and a logistic regression, trained in seconds beside every model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.near.grams import code_points, count_matrix

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Chances = np.ndarray[Any, np.dtype[np.float64]]

LENGTHS = (1, 2, 3)  # of grams
FEWEST_TEXTS = 2  # training rows in which a gram must occur to be counted
INVERSE_PENALTY = 4  # C of the regression
ITERATIONS = 500
TOLERANCE = 1e-5  # of the gradient; at scikit-learn's 1e-4 the sample's score moves by a point when four rows do
DIGITS = 6  # of a score; below that, the order of additions shows


class Answers(NamedTuple):
    """What the baseline says to test rows: a label each, and the probability of the last label in sorted order."""

    predicted: list[str]
    score: list[float]


class Grams:
    """Gram counts of a fixed set of texts, made once for all the fits over them.

    Gives the features of scikit-learn's TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True,
    min_df=2) fitted on the training texts, a tenth of its time.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        distinct = sorted(set(texts))
        self._places = {text: place for place, text in enumerate(distinct)}
        self._counts = count_matrix([code_points(text) for text in distinct], LENGTHS)

    def features(self, train: Sequence[str], test: Sequence[str]) -> tuple[Any, Any]:
        """Sparse TF-IDF rows of training and test texts; vocabulary and document frequencies are the training's."""
        from sklearn.feature_extraction.text import TfidfTransformer

        seen = self._rows(train)
        columns = frequent(seen)
        weigh = TfidfTransformer(sublinear_tf=True).fit(seen[:, columns])
        return weigh.transform(seen[:, columns]), weigh.transform(self._rows(test)[:, columns])

    def _rows(self, texts: Sequence[str]) -> Any:
        return self._counts[[self._places[text] for text in texts]]


def answer(grams: Grams, train: pd.DataFrame, test: pd.DataFrame) -> Answers:
    """Fit on the `text` and `label` of train, answer the `text` of test."""
    labels, found = chances(grams, train, test["text"].tolist())
    predicted = [labels[place] for place in found.argmax(axis=1)]
    return Answers(predicted, [round(float(chance), DIGITS) for chance in found[:, -1]])


def chances(grams: Grams, train: pd.DataFrame, texts: Sequence[str]) -> tuple[list[str], Chances]:
    """Labels in sorted order, and texts x labels: the probability of each."""
    from threadpoolctl import threadpool_limits

    seen, unseen = grams.features(train["text"].tolist(), texts)
    model = regression(seen, train)
    with threadpool_limits(limits=1):
        found: Chances = model.predict_proba(unseen)
    return [str(label) for label in model.classes_], found


def frequent(counts: Any) -> Any:
    """The columns of training counts whose grams occur in FEWEST_TEXTS rows, or of all, where there is none."""
    texts_with = counts.astype(bool).sum(axis=0)
    return (texts_with >= min(FEWEST_TEXTS, texts_with.max())).nonzero()[-1]


def regression(features: Any, train: pd.DataFrame) -> Any:
    """The fitted regression of these rows; one thread, so the same bits everywhere.

    A training row that is repeated enters the fit once, weighted: the same loss in less time.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    first = (~train.duplicated(["text", "label"])).to_numpy()
    times = train.groupby(["text", "label"])["label"].transform("size").to_numpy()
    with threadpool_limits(limits=1):
        model = LogisticRegression(C=INVERSE_PENALTY, max_iter=ITERATIONS, tol=TOLERANCE)
        return model.fit(features[first], train["label"][first].tolist(), sample_weight=times[first])


def random_split(rows: pd.DataFrame, train: float, test: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a hasty notebook does: shuffle all rows, repeats and all, and cut; shares of the rows."""
    import numpy as np

    order: np.ndarray[Any, Any] = np.random.default_rng(seed).permutation(len(rows))
    tested = max(1, round(len(rows) * test))
    return rows.iloc[order[tested : tested + round(len(rows) * train)]], rows.iloc[order[:tested]]


def accuracy(labels: Sequence[str], predicted: Sequence[str]) -> float:
    """Share of right answers."""
    return sum(label == said for label, said in zip(labels, predicted, strict=True)) / len(labels)


def macro_f1(labels: Sequence[str], predicted: Sequence[str]) -> float:
    """Unweighted mean of the labels' F1, of those that are said and not there too."""
    import numpy as np

    right = Counter(label for label, said in zip(labels, predicted, strict=True) if label == said)
    times = Counter(labels) + Counter(predicted)
    return float(np.mean([2 * right[label] / times[label] for label in sorted(times)]))
