"""Characters are folded and repaired where nothing is lost, and left alone where something would be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.data.cleaning.characters import compatible, plain, repair, unite, visible


@pytest.mark.parametrize(
    ("text", "united"),
    [
        ("ＨＯＴＥＬ１２３，！", "HOTEL123,!"),
        ("面积２０ｍ²，约10⁵次", "面积20m²,约10⁵次"),
        ("1½杯", "1½杯"),
        ("①②", "12"),
        ("e\u200b\u0301", "é"),
        ("好\u200b吃\ufeff\u200e", "好吃"),
        ("a\x00b\x07c", "abc"),
        ("one\u2028two", "one two"),
        ("一家\U0001f468\u200d\U0001f469\u200d\U0001f467好", "一家\U0001f468\u200d\U0001f469\u200d\U0001f467好"),
        ("好\u200d吃", "好吃"),
        ("\ud800", ""),
        ("plain text", "plain text"),
    ],
)
def test_characters_are_united(text: str, united: str) -> None:
    assert unite(text) == united


@given(st.text() | st.text("é\u0301e²2½⁄1ﬁＡ \u200b\u200d´\u3000"))
def test_what_is_united_apart_has_compatible_forms_apart(text: str) -> None:
    assert unite(compatible(text)) == unite(text)


@given(st.text())
def test_uniting_twice_changes_nothing(text: str) -> None:
    assert unite(unite(text)) == unite(text)


@pytest.mark.parametrize(
    "meant", ["这家酒店很好，服务也不错", "我们对房间很满意", "Très déçu par l’hôtel", "Grüße aus Köln – schön!"]
)
def test_utf8_that_was_read_as_latin_is_repaired(meant: str) -> None:
    assert repair(meant.encode("utf-8").decode("latin-1")) == meant


def test_utf8_that_was_read_as_gb18030_is_repaired() -> None:
    meant = "这家酒店的服务很好，我们住了两天"
    misread = meant.encode("utf-8").decode("gb18030")
    assert misread != meant
    assert repair(misread) == meant


def test_gb18030_that_was_read_as_latin_is_repaired() -> None:
    meant = "这家酒店的服务很好,OK"
    assert repair(meant.encode("gb18030").decode("latin-1")) == meant


def test_seven_bit_chinese_is_repaired() -> None:
    assert repair("补充: ~{N@Iz<dC;SP4rI(8I>;~}") == "补充: 卫生间没有打扫干净"
    assert repair("~{broken~} and ~{") == "~{broken~} and ~{"


@pytest.mark.parametrize(
    "text",
    [
        "联通的信号很好",
        "café, naïve, Ärger, Straße",
        "比尔··盖茨·····",
        "很好吃～～",
        "锟斤拷",
        "ÄÖÜ äöü",
        "¡¿Qué?!",
        "彧翀",
        "",
        "100°C ± 2°",
    ],
)
def test_a_text_that_is_right_stays(text: str) -> None:
    assert repair(text) == text


def test_plain_characters_stand_in_the_same_places() -> None:
    wide = "Ａ１～，（ａ\u2011ｂ）\u3000酒店\u2013\xa0²½。é"
    assert plain(wide) == "A1~,(a-b) 酒店- ²½。é"
    assert len(plain(wide)) == len(wide)


def test_what_is_visible_keeps_its_lines() -> None:
    assert visible("一\u200b，\n\t二\x00\r") == "一，\n\t二"
    assert visible("e\u0301") == "é"
