"""What the artifact answers to the project's golden cases."""

from pathlib import Path
from typing import Any

from daybreak.data.held_out import golden
from daybreak.evaluation.subject import Subject


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Cases asked, and each that did not hold; a case that wants several labels, or an answer to write, is not asked.

    Each is asked alone, as it would be in production: an answer by INT8 can hang on the texts of its batch.
    """
    cases = golden.load(subject.dataset.path.parent)
    asked = [case for case in cases if case.answer is None and len(case.wanted) == 1]
    given = subject.predictor.predict([case.text for case in asked], 1).labels if asked else []
    return {
        "cases": len(asked),
        "not_asked": len(cases) - len(asked),
        "unasked": [case.place for case in cases if case not in asked],
        "failed": [
            {"text": case.text, "label": case.wanted[0], "predicted": answer, "why": case.why, "place": case.place}
            for case, answer in zip(asked, given, strict=True)
            if answer != case.wanted[0]
        ],
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {"golden_failed": float(len(result["failed"]))} if result["cases"] else {}
