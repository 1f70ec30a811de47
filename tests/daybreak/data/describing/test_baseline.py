"""The yardstick is scikit-learn's TF-IDF and regression, only counted faster."""

import numpy as np
import pandas as pd
import pytest
from making import make_rows
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from daybreak.data.describing import baseline
from daybreak.data.near.grams import normalise


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return pd.DataFrame(make_rows(240), columns=["text", "label"])


def test_features_are_those_of_scikit_learn(rows: pd.DataFrame) -> None:
    train, test = [rows["text"].map(normalise).tolist()[part] for part in (slice(200), slice(200, None))]
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    theirs, their_tests = vectorizer.fit_transform(train), vectorizer.transform(test)
    ours, our_tests = baseline.Grams([*train, *test]).features(train, test)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose((our_tests @ ours.T).toarray(), (their_tests @ theirs.T).toarray(), atol=1e-12)


def test_answers_are_those_of_scikit_learn(rows: pd.DataFrame) -> None:
    train, test = pd.concat([rows[:200], rows[:50], rows[:50]]), rows[200:]  # with repeats, which are weighted
    answers = baseline.answer(baseline.Grams(rows["text"]), train, test)
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
    features = vectorizer.fit_transform(train["text"].map(normalise))
    model = LogisticRegression(C=4, max_iter=500, tol=1e-5).fit(features, train["label"])
    chances = model.predict_proba(vectorizer.transform(test["text"].map(normalise)))
    np.testing.assert_allclose(answers.score, chances[:, 1], atol=1e-4)
    assert baseline.accuracy(test["label"].tolist(), answers.predicted) > 0.95


def test_the_score_is_of_the_last_label(rows: pd.DataFrame) -> None:
    answers = baseline.answer(baseline.Grams(rows["text"]), rows[:200], rows[200:])
    assert [score > 0.5 for score in answers.score] == [label == "positive" for label in answers.predicted]


def test_three_labels_and_grams_that_never_repeat() -> None:
    rows = pd.DataFrame({"text": ["甲", "乙", "丙"], "label": ["a", "b", "c"]})
    answers = baseline.answer(baseline.Grams(rows["text"]), rows, rows)
    assert answers.predicted == ["a", "b", "c"]


def test_the_random_split_is_one_of_rows() -> None:
    rows = pd.DataFrame({"text": [str(place) for place in range(100)]})
    train, test = baseline.random_split(rows, 0.7, 0.1, 17)
    assert (len(train), len(test)) == (70, 10)
    assert not set(train["text"]) & set(test["text"])
    assert baseline.random_split(rows, 0.7, 0.1, 17)[1].equals(test)
    assert not baseline.random_split(rows, 0.7, 0.1, 18)[1].equals(test)


def test_scores() -> None:
    assert baseline.accuracy(["a", "b", "b", "b"], ["a", "b", "a", "b"]) == 0.75
    assert baseline.macro_f1(["a", "b"], ["a", "a"]) == pytest.approx(1 / 3)
