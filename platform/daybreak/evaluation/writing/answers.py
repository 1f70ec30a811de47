"""How well the artifact expects what was answered in held-out rows, and how near its own answers come to that."""

from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np

from daybreak.evaluation.subject import Subject
from daybreak.evaluation.writing import asking, likeness

OF_CHAMPION = True
ANSWERED = 100
"""Test rows, the first, that the model also answers itself: their ids are digests, so they are a draw."""

MOST_TOKENS = 48
TABLE, BASE = "answers.parquet", "base.parquet"
EXAMPLES = 5


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Perplexity a token (e to the mean loss in nats) and a character, and likeness of answers to the references.

    `answers.parquet` has a row a test row: `id, nats, tokens, right, characters`, and `asked, reference, answer,
    exact, chrf` of those that were answered (else None).
    """
    frame = subject.test
    told = asking.examples(subject, frame)
    found = subject.generator.likelihood([(each.ids, each.targets) for each in told])
    characters = np.array([asking.learned_characters(subject, each) for each in told])
    answered = _answer(subject)
    table = {
        "id": [str(each) for each in frame["id"]],
        "nats": found.nats,
        "tokens": found.tokens,
        "right": found.right,
        "characters": characters,
        **{name: [*column, *[None] * (len(frame) - len(column))] for name, column in answered.items()},
    }
    _write(table, folder / TABLE)
    if subject.base:
        copyfile(subject.base / BASE, folder / BASE)
    nats, tokens = float(found.nats.sum()), int(found.tokens.sum())
    return {
        "rows": len(frame),
        "tokens": tokens,
        "characters": int(characters.sum()),
        "perplexity": _perplexity(nats, tokens),
        "perplexity_per_character": _perplexity(nats, int(characters.sum())),
        "token_accuracy": float(found.right.sum() / max(1, tokens)),
        "answered": len(answered["answer"]),
        "exact": float(np.mean(answered["exact"])) if answered["exact"] else None,
        "chrf": float(np.mean(answered["chrf"])) if answered["chrf"] else None,
        "examples": [
            {"asked": asked, "reference": reference, "answer": answer}
            for asked, reference, answer in zip(*(answered[name] for name in _SHOWN), strict=True)
        ][:EXAMPLES],
    }


_SHOWN = ("asked", "reference", "answer")


def headlines(result: dict[str, Any]) -> dict[str, float]:
    names = {
        "perplexity": "perplexity",
        "perplexity_per_character": "perplexity_per_character",
        "token_accuracy": "token_accuracy",
        "exact": "exact_answers",
        "chrf": "answers_chrf",
    }
    return {told: result[name] for name, told in names.items() if result[name] is not None}


def _answer(subject: Subject) -> dict[str, list[Any]]:
    """What the model says to the first rows, greedily, beside what was said in the data."""
    asked = asking.questions(subject, subject.test.head(ANSWERED))
    said = dict[str, str]()
    for is_dialogue in (True, False):
        part = [each for each in asked if each.is_dialogue is is_dialogue]
        prompts = [each.prompt for each in part]
        answers = subject.generator.write(prompts, MOST_TOKENS, is_dialogue=is_dialogue) if part else []
        said |= {each.id: answer for each, answer in zip(part, answers, strict=True)}
    answers = [said[each.id] for each in asked]
    pairs = list(zip(answers, (each.reference for each in asked), strict=True))
    return {
        "asked": [each.shown for each in asked],
        "reference": [each.reference for each in asked],
        "answer": answers,
        "exact": [likeness.exact(*pair) for pair in pairs],
        "chrf": [likeness.chrf(*pair) for pair in pairs],
    }


def _perplexity(nats: float, of: int) -> float:
    return float(np.exp(min(nats / max(1, of), 700.0)))


def _write(table: dict[str, Any], path: Path) -> None:
    import pandas as pd

    pd.DataFrame(table).to_parquet(path, index=False)
