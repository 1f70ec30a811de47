"""The page people read in the morning: self-contained, bilingual, safe, and complete."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from daybreak.records import Judgement, Move, RunRecord, SweepRef
from daybreak.reports import content, dossier

VOID = {"meta", "input", "br", "path", "use", "rect", "line"}


class Balance(HTMLParser):
    """Collects tags that are closed in the wrong order, and what the page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in ("src", "href", "srcset")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.wrong.append(tag)


@pytest.fixture
def page(night: Any, tmp_path: Path) -> str:
    return dossier.write(tmp_path / "dossier", **night.given()).read_text(encoding="utf-8")


def test_both_files_are_written_from_one_tree(night: Any, tmp_path: Path) -> None:
    page = dossier.write(tmp_path / "new" / "dossier", **night.given())
    assert page.name == "report.html"
    text = page.with_name("dossier.json").read_text(encoding="utf-8")
    assert dossier.render(json.loads(text)) == page.read_text(encoding="utf-8")
    assert RunRecord.model_validate(json.loads(text)["record"]) == night.record
    assert Judgement.model_validate(json.loads(text)["judgement"]) == night.judgement


def test_what_becomes_of_a_candidate_is_told_on_the_page_alone(night: Any, tmp_path: Path) -> None:
    record = night.record.model_copy(update={"status": "judged", "reason": ""})
    page = dossier.write(tmp_path / "dossier", **night.given(record=record))
    sealed = page.with_name("dossier.json").read_text(encoding="utf-8")
    assert (json.loads(sealed)["record"]["status"], json.loads(sealed)["timeline"]["nights"]) == ("judged", [])
    before = page.read_text(encoding="utf-8")
    assert "What becomes of the candidate is not decided yet." in before
    assert "候选模型的去留尚未决定。" in before
    past = content.Past(runs=(night.record.model_copy(update={"run_id": "earlier"}),))
    dossier.tell(page.parent, night.record, past)
    assert "<title>sample · refused" in page.read_text(encoding="utf-8")
    assert "近九十夜" in page.read_text(encoding="utf-8")
    assert "近九十夜" not in before
    assert page.with_name("dossier.json").read_text(encoding="utf-8") == sealed


def test_the_page_is_whole_and_loads_nothing(page: str) -> None:
    checked = Balance()
    checked.feed(page)
    assert (checked.wrong, checked.open) == ([], [])
    assert all(value.startswith("#") for value in checked.loads)
    assert "<script" not in page
    assert not re.search(r"url\((?!#)", page)
    assert "@import" not in page


def test_texts_of_users_are_text(page: str) -> None:
    assert "&lt;b&gt;物超所值&lt;/b&gt;" in page
    assert "<b>物超所值" not in page


def test_it_says_what_happened_and_why_in_both_languages(page: str) -> None:
    for phrase in (
        "Refused",
        "未发布",
        "the candidate may be 3.0 points worse than the baseline, 2.0 are allowed",
        "800 more samples would settle it",
        "3 answers become right, 1 become wrong",
        "93.7 %",
        "84.6 %",
        "out of memory",
        "20260301-020000-ab12",
        "书很旧",
        "第二个",
    ):
        assert phrase in page, phrase
    assert "fourth is not shown" not in page
    assert re.search(r"CC-BY-SA-4.0</td><td class=.n.>1,203</td>", page)
    assert "share alike" in page
    assert page.count('lang="zh"') == page.count('lang="en"') - 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_opens_in_the_language_asked_for(night: Any, tmp_path: Path, language: dossier.Language) -> None:
    page = dossier.write(tmp_path / "dossier", **night.given(language=language)).read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in page
    assert re.findall(r'id="(\w+)" checked', page) == [language]


def test_a_released_night_names_its_version(night: Any, tmp_path: Path) -> None:
    record = night.record.model_copy(update={"status": "released", "released": True})
    page = dossier.write(tmp_path / "dossier", **night.given(record=record)).read_text(encoding="utf-8")
    assert "Version 3 is the champion now" in page
    assert "第 3 版现为冠军模型" in page


@pytest.mark.parametrize("status", ["held", "unchanged", "failed", "crashed", "cancelled"])
def test_every_status_has_a_page(night: Any, tmp_path: Path, status: str) -> None:
    record = night.record.model_copy(update={"status": status})
    assert dossier.write(tmp_path / status, **night.given(record=record)).is_file()


def test_a_night_that_left_almost_nothing_still_has_a_page(night: Any, tmp_path: Path) -> None:
    for path in (*night.evidence.candidate.path.iterdir(), *(night.evidence.dataset.path / "describe").iterdir()):
        path.unlink()
    now = datetime(2026, 3, 1, tzinfo=UTC)
    record = RunRecord(
        run_id="r", project="sample", status="failed", released=False, started_at=now, finished_at=now, reason="断电"
    )
    bare = {
        "record": record,
        "evidence": night.evidence.model_copy(update={"champion": None}),
        "judgement": Judgement(verdicts=(), evidence_digest="e", champion_version=None, digest="j"),
        "sweep": SweepRef(metric="accuracy", trials=(), best={}, best_score=None),
        "history": tmp_path / "no-history.json",
    }
    page = dossier.write(tmp_path / "bare", **bare).read_text(encoding="utf-8")
    assert "断电" in page
    assert "<svg" not in page


def test_the_same_night_gives_the_same_bytes(night: Any, tmp_path: Path) -> None:
    first, second = (dossier.write(tmp_path / name, **night.given()) for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()


def test_what_speaks_against_it_stands_first_and_in_both_languages(night: Any, tmp_path: Path) -> None:
    verdicts = night.judgement.verdicts[::-1]
    judgement = night.judgement.model_copy(update={"verdicts": verdicts})
    page = dossier.write(tmp_path / "d", **night.given(judgement=judgement)).read_text(encoding="utf-8")
    table = page[page.index("<table>") : page.index("</table>")]
    assert re.findall(r'<small class="note">(\w+)', table) == ["quality", "fairness", "parity"]
    assert "Right answers" in table
    assert "答得对不对" in table


def test_the_past_of_the_project_is_told_with_names(night: Any, tmp_path: Path) -> None:
    earlier = night.record.model_copy(
        update={"run_id": "r1", "status": "released", "started_at": datetime(2026, 2, 27, 2, 0, tzinfo=UTC)}
    )
    move = Move.model_validate(
        {
            **dict.fromkeys(("commit", "evidence", "model_sha256", "weights_sha256", "params_digest"), ""),
            "id": 1,
            "at": datetime(2026, 2, 28, tzinfo=UTC),
            "actor": "li.wei",
            "kind": "promote",
            "from_version": 3,
            "to_version": 2,
            "outcome": "done",
            "reason": "override: <i>refunds</i>",
            "run_id": "r",
            "data_version": 1,
            "duration_ms": None,
            "settled_at": None,
        }
    )
    past = content.Past(runs=(earlier,), moves=(move,))
    page = dossier.write(tmp_path / "d", **night.given(), past=past).read_text(encoding="utf-8")
    for phrase in (
        "Ninety nights",
        "近九十夜",
        "Version 2 promoted by li.wei",
        "li.wei 提升第 2 版",
        "override: &lt;i&gt;",
    ):
        assert phrase in page, phrase
    assert page.index("Version 3 refused") < page.index("promoted by li.wei") < page.index("Version 3 released")


def test_cards_and_parts_stand_on_the_page_and_beside_it(night: Any, tmp_path: Path) -> None:
    page = dossier.write(tmp_path / "d", **night.given())
    text = page.read_text(encoding="utf-8")
    for phrase in (
        "Model card",
        "数据说明",
        "not known; write `card_owner` into card.yaml",
        "Part by part",
        "+1",
        "All",
    ):
        assert phrase in text, phrase
    assert {path.name for path in page.parent.iterdir()} >= {"model-card.md", "data-sheet.zh.md", "dossier.json"}
