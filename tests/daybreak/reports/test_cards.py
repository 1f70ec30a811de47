"""Model card and data sheet: filled from what was measured and what people wrote, with every hole shown."""

from pathlib import Path
from typing import Any

import pytest

from daybreak.reports import cards, content, words


@pytest.fixture
def tree(night: Any) -> dict[str, Any]:
    return content.gather(**night.given())


def fields(found: cards.Card) -> dict[str, Any]:
    return {field["key"]: field["said"] for card in found.values() for part in card for field in part["fields"]}


def test_what_the_night_knows_is_filled_in(tree: dict[str, Any]) -> None:
    said = fields(cards.gather(tree, None))
    assert said["card_name"] == {"en": "daybreak-sample", "zh": "daybreak-sample"}
    assert said["card_base"]["en"] == "daybreak/zh-mini @ 1"
    assert said["sheet_instances"] == {"en": "80 rows kept of 100 read", "zh": "读入 100 条，保留 80 条"}
    assert said["sheet_licences"]["en"] == "CC-BY-SA-4.0: 1,203"
    assert said["sheet_obligations"] == {"en": "CC-BY-SA-4.0: share alike", "zh": "CC-BY-SA-4.0：相同方式共享"}
    assert said["card_by_part"]["en"].startswith("label negative: 75.0 % (4)")


def test_what_only_people_know_is_a_hole(tree: dict[str, Any], tmp_path: Path) -> None:
    found = cards.gather(tree, tmp_path / "card.yaml")
    assert {"card_owner", "card_out_of_scope", "sheet_consent", "card_by_two_parts"} <= set(cards.holes(found))
    assert all("card.yaml" in said and "card_owner" in said for said in cards.hole("card_owner").values())


def test_people_fill_holes_in_one_language_or_both(tree: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(
        "card_owner: Li Wei\nsheet_consent: {en: asked, zh: 已征得}\ncard_name: Another\n", encoding="utf-8"
    )
    said = fields(cards.gather(tree, path))
    assert said["card_owner"] == {"en": "Li Wei", "zh": "Li Wei"}
    assert said["sheet_consent"] == {"en": "asked", "zh": "已征得"}
    assert said["card_name"]["en"] == "daybreak-sample", "what was measured is not for people to say"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("card_ower: Li Wei", "keys that no card knows: card_ower"),
        ("- a list", "cannot be read"),
        ("a: [", "cannot be read"),
    ],
)
def test_a_wrong_file_is_said_and_stops_nothing(tree: dict[str, Any], tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(text, encoding="utf-8")
    assert part in fields(cards.gather(tree, path))["card_open"]["en"]


def test_both_are_written_as_markdown_in_both_languages(tree: dict[str, Any], tmp_path: Path) -> None:
    written = cards.write(tmp_path, cards.gather(tree, None), "sample 3")
    assert sorted(path.name for path in written) == [
        "data-sheet.md",
        "data-sheet.zh.md",
        "model-card.md",
        "model-card.zh.md",
    ]
    english, chinese = ((tmp_path / name).read_text(encoding="utf-8") for name in ("model-card.md", "model-card.zh.md"))
    assert english.startswith("# Model card: sample 3\n")
    assert "- **Owner and contact**: _not known; write `card_owner` into card.yaml_" in english
    assert "- **负责人与联系方式**: _未知" in chinese
    assert english.count("\n- ") == chinese.count("\n- ")


def test_every_section_and_field_has_words() -> None:
    known = set(words.words())
    for sections in cards.FILES.values():
        assert {key for section, keys in sections for key in (section, *keys)} <= known


def test_almost_nothing_still_makes_cards(tree: dict[str, Any]) -> None:
    bare = {**tree, "measurements": {}, "metrics": [], "slices": [], "data": None}
    bare["record"] = {**tree["record"], "base": None, "model": None, "rows": {}}
    assert len(cards.holes(cards.gather(bare, None))) > 20
