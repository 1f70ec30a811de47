"""What every judge can be asked."""

import pytest

from daybreak.evaluation.judges.choosing import LANGUAGES, find
from daybreak.evaluation.judges.judge import OWN


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_judge_scores_compares_and_knows_its_errors(language: str) -> None:
    judge = find(language, ())
    assert judge is not None
    assert judge.name.startswith(OWN)
    assert len(judge.sha256) == 64
    assert 0 < judge.threshold < 1
    texts = ["今天天气很好。", "A fine day."]
    scores = judge.scores(texts)
    assert scores.shape == (2,)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert judge.compare(texts) == {**(judge.compare(texts) or {}), "texts": 2, "same": False}
    assert set(judge.errors or {}) == {"positives", "detected", "negatives", "passed"}
