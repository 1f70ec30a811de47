"""Verdicts in plain sentences: what was found, whether that settles it, and what would change it."""

from pathlib import Path
from typing import Any

import pytest

from daybreak.gates.decision import Finding, conclude, counted
from daybreak.gates.statistics import Bounds
from daybreak.records import Outcome, Verdict
from daybreak.reports import sentences
from daybreak.reports.phrases import Language

JARGON = ("bound", "confidence", "interval", "percentile", "p-value", "null", "置信", "显著", "分位")


def accuracy(low: float, high: float, needed: int | None = None) -> Finding:
    return Finding(
        question="Accuracy",
        measured=0.72,
        limit=0.7,
        bounds=Bounds(low, high),
        samples=1000,
        direction="at least",
        rows_needed=needed,
        remedy="Train longer, on more or cleaner rows, or lower gates.quality.min_accuracy",
    )


def said(finding: Finding, language: Language = "en") -> dict[str, Any]:
    verdict = conclude("quality", [finding], ["There is no champion yet to compare with."])
    return sentences.of_verdict(verdict.model_dump(mode="json"), language)


def test_a_pass_is_one_sentence_and_a_note() -> None:
    told = said(accuracy(0.71, 0.73))
    assert told["sentences"] == [
        "It answers correctly: 72.00 % on 1,000 test rows; at least 70.00 % is asked.",
        "There is no champion yet to compare with.",
    ]
    assert (told["title"], told["open"][:1], told["remedies"]) == ("Right answers", told["open"][:1], [])


def test_a_failure_says_that_luck_does_not_explain_it() -> None:
    told = said(accuracy(0.60, 0.69))
    assert told["open"] == [
        "It answers correctly: 72.00 % on 1,000 test rows; at least 70.00 % is asked. "
        "Luck does not explain that: even at best it is 69.00 %."
    ]
    assert told["remedies"] == ["Train longer, on more or cleaner rows, or lower gates.quality.min_accuracy"]


def test_an_open_question_says_how_far_and_what_would_settle_it() -> None:
    (told,) = said(accuracy(0.69, 0.75, 5000))["open"]
    assert told.endswith(
        "That settles nothing yet: in truth it may be anywhere from 69.00 % to 75.00 %. "
        "About 4,000 more test rows would settle it."
    )
    (chinese,) = said(accuracy(0.69, 0.75, 5000), "zh")["open"]
    assert chinese == (
        "答对的比例：72.00 %（1,000 条测试数据），要求不低于 70.00 %。"
        "这还不足以判断：真实值可能在 69.00 % 与 75.00 % 之间。大约再有 4,000 条测试数据即可定论。"
    )


def test_what_was_counted_has_no_range() -> None:
    show = "{:,.0f}".format
    finding = counted(1, 0, 6, question="Golden cases that do not hold", unit="cases", show=show, remedy="Look")
    verdict = conclude("golden", [finding]).model_dump(mode="json")
    assert sentences.of_verdict(verdict, "en")["open"] == [
        "Promised answers that it gets wrong: 1 on 6 cases; at most 0 is asked."
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("bounds", [(0.71, 0.73), (0.60, 0.69), (0.69, 0.75)])
def test_there_is_no_jargon(language: Language, bounds: tuple[float, float]) -> None:
    text = " ".join(said(accuracy(*bounds), language)["sentences"])
    assert not [word for word in JARGON if word in text]


def test_a_verdict_of_somebody_elses_gate_is_said_as_it_is() -> None:
    verdict = Verdict(
        gate="shouting", outcome=Outcome.FAIL, measured=3, limit=1, bound=3, samples=9, reason="Too loud.", needs_more=7
    )
    told = sentences.of_verdict(verdict.model_dump(mode="json"), "zh")
    assert told["sentences"] == ["Too loud.", "再有 7 个样本即可定论"]
    assert told["title"] == "shouting"


def test_verdicts_of_an_older_time_keep_their_own_words() -> None:
    bare = {"question": "Accuracy", "outcome": "PASS", "measured": 1, "low": 1, "high": 1, "samples": 3}
    verdict = {"gate": "quality", "outcome": "PASS", "reason": "Fine.", "details": {"findings": [bare]}}
    assert sentences.of_verdict(verdict, "en")["sentences"] == ["Fine."]


def test_examples_are_lines_with_their_text_first() -> None:
    found = {"id": "7", "label": "positive", "text": "还行", "torch_margin": 0.1, "words": ["狗屁"], "size": 0.5}
    assert sentences.example(found, "en") == "还行 · label positive · words 狗屁"
    assert sentences.example("第二个", "zh") == "第二个"
    assert len(sentences.examples({"details": {"examples": [1, 2, 3, 4]}})) == 3


def test_a_run_is_told_by_who_stops_warns_and_agrees(night: Any) -> None:
    told = sentences.of_run(night.record, "en")
    assert [each["gate"] for each in told["stops"]] == ["quality"]
    assert [each["gate"] for each in told["warns"]] == ["fairness"]
    assert [each["gate"] for each in told["agree"]] == ["parity"]
    assert told["headline"].startswith("Version 3 of 2026-03-01 was not released")
    assert "1 of 3 gates" in told["headline"]
    assert "3 个把关项中有 1 个不同意" in sentences.of_run(night.record, "zh")["headline"]


@pytest.mark.parametrize("status", ["released", "held", "unchanged", "failed"])
def test_a_run_that_no_gate_stops(night: Any, status: str, tmp_path: Path) -> None:
    passed = tuple(verdict for verdict in night.record.verdicts if verdict.gate == "parity")
    record = night.record.model_copy(update={"verdicts": passed, "status": status, "reason": "it waits"})
    for language in ("en", "zh"):
        told = sentences.of_run(record, language)
        assert told["stops"] == []
        assert "3" in told["headline"]
