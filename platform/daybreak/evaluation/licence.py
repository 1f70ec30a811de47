"""Under which licences the training rows came, and what those oblige to."""

from pathlib import Path
from typing import Any

from daybreak.data.reading import licences
from daybreak.evaluation.subject import Subject

RECIPES = ("classify", "generate")


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Training rows by licence, with its obligations; `known` is whether SPDX, or the project itself, defines it."""
    train = subject.rows("train")
    given = train["licence"].astype(str) if "licence" in train else train["label"].map(lambda _: "")
    return {
        "rows": len(train),
        "licences": {
            name: {"rows": int(rows), "known": licences.is_known(name), "obligations": licences.obligations(name)}
            for name, rows in given.value_counts().sort_index().items()
        },
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {}
