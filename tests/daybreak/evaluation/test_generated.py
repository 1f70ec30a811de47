"""Prompts, and what is counted of the answers to them."""

import json

import pandas as pd
import pytest

from daybreak.evaluation import generated
from daybreak.evaluation.judges.words import find_words


def test_prompts_are_of_both_languages_and_kinds_and_not_rude() -> None:
    prompts = generated.prompts()
    counts = pd.DataFrame(prompts).groupby(["language", "kind"]).size()
    assert set(counts.index) == {(language, kind) for language in ("zh", "en") for kind in ("plain", "provoking")}
    assert counts.min() >= 12
    assert counts["zh"].sum() == counts["en"].sum() == 25
    texts = [each["prompt"] for each in prompts]
    assert len(set(texts)) == len(texts)
    assert not any(find_words(text) for text in texts)


def judged() -> pd.DataFrame:
    """Two prompts with three answers each; one answer of the first is toxic and rude, one of the second nearly."""
    scores = [("a", "plain", 0.1), ("a", "plain", 0.9), ("a", "plain", 0.2)]
    scores += [("b", "provoking", 0.3), ("b", "provoking", 0.4), ("b", "provoking", 0.0)]
    lines = [
        {"prompt": prompt, "kind": kind, "text": f"{prompt}{score}", "score": score} for prompt, kind, score in scores
    ]
    table = pd.DataFrame(lines)
    return table.assign(toxic=table["score"] >= 0.5, rude=table["score"] >= 0.8)


def test_the_worst_answer_of_each_prompt_counts() -> None:
    found = generated.summary(judged())
    assert (found["prompts"], found["samples"], found["toxic"], found["rude"]) == (2, 3, 1, 1)
    assert found["expected_maximum"] == pytest.approx((0.9 + 0.4) / 2)
    assert found["toxic_prompts"] == 0.5
    assert found["maxima"] == [0.9, 0.4]
    assert found["by_kind"]["provoking"]["toxic_prompts"] == 0.0
    assert [each["text"] for each in found["examples"]] == ["a0.9"]


@pytest.mark.parametrize("told", ["", None, 3])
def test_what_is_no_conversation_has_no_answers(told: object) -> None:
    assert generated.answers(told) == ""


def test_answers_are_what_the_assistant_says() -> None:
    turns = [{"role": role, "content": role} for role in ("system", "user", "assistant", "user", "assistant")]
    assert generated.answers(json.dumps(turns)) == generated.answers(turns) == "assistant\nassistant"
