"""The page is self-contained, bilingual, and says nothing that could break it."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from daybreak.data import tables
from daybreak.data.describing import page
from daybreak.records import Project

VOID = {"meta", "br", "link"}


class Balance(HTMLParser):
    """Fails at a tag that closes another than the last one opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


QUARANTINED = {
    "id": "1",
    "text": "好" * 300,
    "label": "no",
    "source": "s",
    "value": "3",
    "threshold": "2",
    "detail": "",
}
DRIFT = {
    "name": ["上一版本（1）", "the version before (1)"],
    "rows": {"added": 412, "removed": 3},
    "p_value": 0.001,
    "effect": 0.713,
    "typical": ["这台洗衣机洗得很干净。"],
    "labels": [{"name": "no", "before": 0.52, "added": 0.31}],
}
FULL = {
    "rules": {"too_long": {"stage": "clean", "rows": 1234, "examples": [QUARANTINED]}},
    "personal": {
        "found": {"mobile": {"rows": 212, "action": "pseudonym"}},
        "planted": {"mobile": {"zh": {"recall": 0.985, "n": 200}}},
        "false_alarms_per_1000": 0.4,
    },
    "contamination": [{"set": "human-eval", "rows": 164, "exact": 0, "near": 1, "contained": 8642}],
    "licences": {
        "CC-BY-NC-4.0": {"rows": 9753, "obligations": ["non_commercial"]},
        "MIT": {"rows": 1, "obligations": []},
    },
    "certificate": {"series": {"number": 3, "because": "split.seed was changed"}, "class_deviation": 0.0003},
    "noise": {
        "rows": 300,
        "suspects": 9,
        "changes": [],
        "examples": [{"id": "1", "text": "挺好的", "label": "no", "suggested": "yes", "confidence": 0.01}],
    },
}


@pytest.fixture
def facts(staged_project: Project) -> dict[str, Any]:
    found: dict[str, Any] = tables.read_json(staged_project.data / "describe" / "report.json")
    return found


def test_the_page_is_whole_and_needs_nothing_else(facts: dict[str, Any]) -> None:
    for html in (page.render(facts), page.render({**facts, **FULL}, [DRIFT], "sample · 2")):
        balance = Balance()
        balance.feed(html)
        assert balance.open == []
        assert not re.search(r'(src|href)="|@import|url\(|<script', html)


def test_both_languages_stand_on_it(facts: dict[str, Any]) -> None:
    html = page.render(facts)
    for told in ("数据报告", "Data report", "泄漏", "Leakage", "Noto Sans CJK SC", "诚实切分 honest"):
        assert told in html


def test_everything_that_was_found_is_told(facts: dict[str, Any]) -> None:
    html = page.render({**facts, **FULL}, [DRIFT], "sample · 2")
    for told in (
        "too_long",
        "1,234",
        "3 / 2",
        "手机号 mobile",
        "98.5%",
        "0.40",
        "human-eval",
        "8,642",
        "9,753",
        "non-commercial use only",
        "split.seed was changed",
    ):
        assert told in html
    for told in (
        "挺好的",
        "the version before (1)",
        "71%",
        "p = 0.001",
        "这台洗衣机洗得很干净。",
        "31.0%",
        "sample · 2",
    ):
        assert told in html
    assert "好" * 240 + "…" in html
    assert "好" * 241 not in html


def test_too_few_new_rows_are_said_to_be_too_few(facts: dict[str, Any]) -> None:
    few = {**DRIFT, "rows": {"added": 4, "removed": 0}, "p_value": None, "effect": None, "typical": [], "labels": []}
    assert "too few to tell" in page.render(facts, [few])


def test_conversations_have_neither_labels_nor_scores(facts: dict[str, Any]) -> None:
    splits = {name: {"rows": split["rows"], "labels": {}} for name, split in facts["splits"].items()}
    bare: dict[str, Any] = {"labels": [], "splits": splits, "noise": None, "coverage": {}}
    html = page.render({**facts, **bare, "baseline": {"naive_accuracy": None, "honest_accuracy": None}})
    assert "Two scores" not in html
    assert "Splits and labels" in html


def test_many_labels_are_counted_and_not_drawn(facts: dict[str, Any]) -> None:
    labels = [f"类{number}" for number in range(50)]
    splits = {name: {"rows": 50, "labels": dict.fromkeys(labels, 1)} for name in facts["splits"]}
    html = page.render({**facts, "labels": labels, "splits": splits})
    assert "<b>50</b>" in html
    assert "类49" not in html


def test_the_same_facts_make_the_same_page(facts: dict[str, Any]) -> None:
    assert page.render(facts) == page.render(facts)


def test_texts_are_only_text(facts: dict[str, Any]) -> None:
    wild = {"text": "<img onerror=x>", "labels": {"<b>": 1, "no": 2}}
    rules = {"contradicting_labels": {"stage": "dedupe", "rows": 3, "examples": [QUARANTINED]}}
    examples = {"contradictions": [wild], "near_duplicates": [], "differently_labelled": []}
    html = page.render({**facts, "rules": rules, "examples": examples})
    assert "<img" not in html
    assert "&lt;img onerror=x&gt;" in html


def test_a_rule_that_nobody_explained_stands_by_its_name(facts: dict[str, Any]) -> None:
    rules = {"of_tomorrow": {"stage": "clean", "rows": 1, "examples": []}}
    assert "<code>of_tomorrow</code>" in page.render({**facts, "rules": rules})
