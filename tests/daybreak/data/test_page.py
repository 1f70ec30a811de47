"""The page is self-contained, bilingual, and says nothing that could break it."""

import re
from html.parser import HTMLParser

import pytest

from daybreak.data import page, tables
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


@pytest.fixture
def facts(staged_project: Project) -> dict[str, object]:
    found: dict[str, object] = tables.read_json(staged_project.data / "describe" / "report.json")
    return found


def test_the_page_is_whole_and_needs_nothing_else(facts: dict[str, object]) -> None:
    html = page.render(facts)
    balance = Balance()
    balance.feed(html)
    assert balance.open == []
    assert not re.search(r'(src|href)="|@import|url\(', html)
    assert html.count("<svg") == 4


def test_both_languages_stand_on_it(facts: dict[str, object]) -> None:
    html = page.render(facts)
    for words in ("数据报告", "Data report", "泄漏", "Leakage", "Noto Sans CJK SC", "诚实切分 · honest"):
        assert words in html


def test_the_same_facts_make_the_same_page(facts: dict[str, object]) -> None:
    assert page.render(facts) == page.render(facts)


def test_texts_are_only_text(facts: dict[str, object]) -> None:
    wild = {"text": "<img onerror=x>", "labels": {"<b>": 1, "no": 2}}
    html = page.render({**facts, "examples": {"contradictions": [wild], "near_duplicates": []}})
    assert "<img" not in html
    assert "&lt;img onerror=x&gt;" in html


def test_every_rule_is_explained_in_both_languages() -> None:
    assert set(page.RULES) == {"contradicting_labels", "empty_after_cleaning", "no_label"}
    assert all(len(told) == 2 for told in page.RULES.values())
