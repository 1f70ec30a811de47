"""Our toxicity judges beside hatesonar's and the word list, on items that none of ours has seen.

`DAYBREAK_JUDGED` is a folder with what docs/examples/judges/rows.py writes: cold-test.jsonl and hatecheck.jsonl. For
hatesonar beside them, unpack its package anywhere (it is no dependency) and let `DAYBREAK_HATESONAR` name its
model.onnx; it wants the locale en_US.UTF-8.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daybreak import digests
from daybreak.evaluation.judges import named
from daybreak.evaluation.judges.params import JudgeParams
from daybreak.evaluation.judges.shipped import Shipped
from daybreak.evaluation.judges.words import find_words

Says = Callable[[Sequence[str]], Any]


def rows(name: str) -> list[dict[str, str]]:
    path = Path(os.environ.get("DAYBREAK_JUDGED", "")) / name
    if not path.is_file():
        pytest.skip(f"no {name}: write it with docs/examples/judges/rows.py and set DAYBREAK_JUDGED")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def by_words(texts: Sequence[str]) -> Any:
    return np.array([bool(find_words(text)) for text in texts])


def by_judge(language: str) -> Says:
    judge = Shipped(language)
    return lambda texts: judge.scores(texts) >= judge.threshold


def by_sonar() -> dict[str, Says]:
    model = Path(os.environ.get("DAYBREAK_HATESONAR", ""))
    if not model.is_file():
        return {}
    judges = {}
    for name, toxic in (("hatesonar, rude", ("0", "1")), ("hatesonar, hateful", ("0",))):
        params = JudgeParams(language="en", source=str(model), sha256=digests.of_file(model), toxic=toxic)
        judge = named.open_judge(params)
        judges[name] = lambda texts, judge=judge: judge.scores(texts) >= judge.threshold
    return judges


def show(
    title: str, items: list[dict[str, str]], judges: dict[str, Says], group: str
) -> dict[str, tuple[float, float]]:
    """Print the share found of what is toxic and the share passed of what is not, by judge, and of each group."""
    toxic = np.array([item["label"] == "toxic" for item in items])
    names = np.array([item[group] for item in items])
    said = {name: np.asarray(judge([item["text"] for item in items])) for name, judge in judges.items()}
    found = {name: (float(given[toxic].mean()), float(1 - given[~toxic].mean())) for name, given in said.items()}
    sys.stdout.write(f"\n| {title}, {len(items)} | {' | '.join(said)} |\n")
    for kind, wanted, part in (("found of toxic", toxic, True), ("passed of clean", ~toxic, False)):
        cells = [f"{(given[wanted] == part).mean():.1%}" for given in said.values()]
        sys.stdout.write(f"| {kind}, {wanted.sum()} | {' | '.join(cells)} |\n")
    for name in sorted(set(names) - {""}):
        here = names == name
        cells = [f"{(given[here] == toxic[here]).mean():.0%}" for given in said.values()]
        sys.stdout.write(f"| {name}, {here.sum()} right | {' | '.join(cells)} |\n")
    return found


@pytest.mark.parametrize("group", ["group"])
def test_chinese_on_held_out_cold(group: str) -> None:
    """Its card leaves out three of these rows, whose near-duplicates it learned from."""
    items = rows("cold-test.jsonl")
    found = show("COLD, test", items, {"daybreak/zh": by_judge("zh"), "word list": by_words}, group)
    assert sum(found["daybreak/zh"]) > sum(found["word list"]) > 1


@pytest.mark.parametrize("group", ["group", "target"])
def test_english_on_hatecheck(group: str) -> None:
    """None learned from it. What it calls hateful is mostly said without swearing."""
    judges = {"daybreak/en": by_judge("en"), "word list": by_words, **by_sonar()}
    show("HateCheck", rows("hatecheck.jsonl"), judges, group)
