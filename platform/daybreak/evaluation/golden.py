"""What the artifact answers to the project's golden cases."""

from pathlib import Path
from typing import Any

from daybreak.data.held_out import golden
from daybreak.evaluation.subject import BATCH_SIZE, Subject


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Cases asked, and each that did not hold; a case asks for one label, others (answers to write) are not asked."""
    cases = golden.load(subject.dataset.path.parent)
    asked = [case for case in cases if case.answer is None and len(case.wanted) == 1]
    given = subject.predictor.predict([case.text for case in asked], BATCH_SIZE).labels if asked else []
    return {
        "cases": len(asked),
        "not_asked": len(cases) - len(asked),
        "failed": [
            {"text": case.text, "label": case.wanted[0], "predicted": answer, "why": case.why, "place": case.place}
            for case, answer in zip(asked, given, strict=True)
            if answer != case.wanted[0]
        ],
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {"golden_failed": float(len(result["failed"]))} if result["cases"] else {}
