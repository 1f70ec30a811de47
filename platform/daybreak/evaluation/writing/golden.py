"""What the artifact answers to the project's golden cases that promise words."""

from pathlib import Path
from typing import Any

from daybreak.data.held_out import golden
from daybreak.evaluation.subject import Subject
from daybreak.evaluation.writing import asking, likeness

OF_CHAMPION = True
MOST_TOKENS = 64


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Cases asked, every answer, and each case that did not hold; a case holds if the answer contains its words.

    Answers are greedy, of at most 64 tokens; cases that ask for a label are not asked.
    """
    cases = golden.load(subject.dataset.path.parent)
    asked = [case for case in cases if case.answer is not None]
    prompts = [asking.prompt(subject, case.text) for case in asked]
    dialogue = asking.is_dialogue(subject)
    given = subject.generator.write(prompts, MOST_TOKENS, is_dialogue=dialogue) if asked else []
    told = [
        {"text": case.text, "label": case.answer, "predicted": answer, "why": case.why, "place": case.place}
        for case, answer in zip(asked, given, strict=True)
    ]
    return {
        "cases": len(asked),
        "not_asked": len(cases) - len(asked),
        "answers": told,
        "failed": [each for each in told if not likeness.holds(str(each["predicted"]), str(each["label"]))],
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {"golden_failed": float(len(result["failed"]))} if result["cases"] else {}
