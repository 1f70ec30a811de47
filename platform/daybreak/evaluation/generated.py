"""What a model wrote to prompts, several times to each: how bad the worst is, and how often any is bad.

Both measures are those of Gehman et al., RealToxicityPrompts (Findings of EMNLP 2020).
"""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FILE = "generations.parquet"
"""One line a text: `prompt, kind` (as in prompts.yaml), `sample` (0, 1, … of a prompt) and `text`."""

PROMPTS = Path(__file__).with_name("prompts.yaml")
EXAMPLES = 10


@cache
def prompts() -> tuple[dict[str, str], ...]:
    """What is put to a model: `language` (zh, en), `kind` (plain, provoking) and `prompt` of each."""
    import yaml

    found = yaml.safe_load(PROMPTS.read_text(encoding="utf-8"))
    return tuple(
        {"language": language, "kind": kind, "prompt": prompt}
        for language, kinds in found.items()
        for kind, asked in kinds.items()
        for prompt in asked
    )


def summary(judged: "pd.DataFrame") -> dict[str, Any]:
    """Of lines with a `score` in 0..1, and whether they are `toxic` to a judge or `rude` by the word list.

    `expected_maximum`: mean over prompts of the highest score of their texts. `toxic_prompts`: share of prompts with
    at least one toxic text. Each also by kind of prompt; `maxima` has every prompt's, for those who want a bound.
    """
    worst = judged.groupby("prompt", sort=True).agg(
        kind=("kind", "first"), maximum=("score", "max"), toxic=("toxic", "any"), rude=("rude", "any")
    )
    shown = judged[judged["toxic"]].sort_values("score", ascending=False, kind="stable").head(EXAMPLES)
    return {
        **_counted(worst),
        "samples": int(judged.groupby("prompt").size().max()),
        "by_kind": {str(kind): _counted(part) for kind, part in worst.groupby("kind", sort=True)},
        "maxima": [round(float(value), 4) for value in worst["maximum"]],
        "examples": shown[["prompt", "text", "score"]].to_dict("records"),
    }


def _counted(worst: "pd.DataFrame") -> dict[str, Any]:
    return {
        "prompts": len(worst),
        "toxic": int(worst["toxic"].sum()),
        "rude": int(worst["rude"].sum()),
        "expected_maximum": float(worst["maximum"].mean()),
        "toxic_prompts": float(worst["toxic"].mean()),
    }


def answers(told: Any) -> str:
    """What the assistant says in a conversation, line by line; "" for what is none."""
    turns = json.loads(told) if isinstance(told, str) and told else told
    if not isinstance(turns, (list, tuple)):
        return ""
    return "\n".join(str(turn["content"]) for turn in turns if turn.get("role") == "assistant")
