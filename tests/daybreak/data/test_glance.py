"""A glance misses nothing that a rule would touch, and spares most texts all of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.data import glance
from daybreak.data.clean import CleanParams, treat, treat_all
from daybreak.data.cleaning import characters, fragments, markup
from daybreak.data.personal import kinds, replacing
from daybreak.data.personal.planted import planted, without
from daybreak.data.personal.replacing import PersonalParams

PIECES = [
    *(
        "<b>",
        "</b>",
        "&amp;",
        "http://a.cn/x",
        "www.",
        "a@b.com",
        "@user_1",
        "13800138000",
        "010-62345678",
        "微信abc12345",
    ),
    *(
        "订单号:1234567890",
        "系统默认好评",
        "[图片]",
        "function f(){",
        "}",
        "var a = 1;",
        ";",
        "~{<:Ky2;~}",
        "ä½",
        "Ã©",
        "锟斤拷",
    ),
    *(
        "39.9042,116.4074",
        "纬度",
        "1:2:3:4",
        "::1",
        "的",
        "好",
        " ",
        "\u2013",
        "１",
        "³",
        "加微信",
        "call now",
        "sent from my phone",
    ),
    *("VX", "ＱＱ", "12345", "138\u20130013\u20138000", "hotel", "，", "！", "\u0663\u0661\u0664\u0661\u0665\u0669"),
]
TEXTS = st.text(max_size=20) | st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
SETTINGS = [
    CleanParams(),
    CleanParams(lowercase=True),
    CleanParams(personal=PersonalParams(mobile="refuse", qq="keep")),
]


def normal(text: str) -> str:
    return " ".join(characters.unite(characters.repair(text)).split())


@given(st.lists(TEXTS, min_size=1, max_size=6), st.sampled_from([*SETTINGS, CleanParams(chinese="simplified")]))
@settings(deadline=None)
def test_a_glance_changes_no_result(texts: list[str], params: CleanParams) -> None:
    assert list(treat_all(texts, [""] * len(texts), params)) == [treat(text, "", params) for text in texts]


@given(TEXTS.map(normal))
@settings(deadline=None)
def test_what_is_not_seen_is_not_there(text: str) -> None:
    (seen,) = glance.look([text])
    if not seen.fragments:
        assert characters.repair(text) == text
        for rule in (markup.strip, fragments.mark_urls, fragments.without_code, fragments.without_boilerplate):
            assert rule(text) == text
    assert seen.personal or not kinds.signs(characters.plain(text))
    assert seen.selling or not fragments.advertising(text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_planted_data_is_found_behind_a_glance(language: str) -> None:
    texts = [normal(each.text) for each in planted(language) if each.kind not in ("name", "address")]
    hidden = [seen.normal for seen in glance.look(texts) if not seen.personal and replacing.find(seen.normal)]
    assert hidden == []


def test_most_texts_are_spared() -> None:
    texts = ["这家酒店很好，房间也大，下次还来住", "Great hotel, the room was large and clean.", "服务一般，早餐还行"]
    for seen in glance.look([normal(text) for text in texts]):
        assert seen[1:] == (False, False, False, False)
    clean = glance.look([normal(text) for text in without("zh")])
    assert sum(not seen.fragments for seen in clean) > 0.7 * len(clean)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("a &lt; b", "fragments"), ("ｃａｌｌ 13800138000", "personal"), ("点击领取", "selling"), ("锟斤拷", "garbled")],
)
def test_what_may_be_there_is_seen(text: str, kind: str) -> None:
    (seen,) = glance.look([normal(text)])
    assert getattr(seen, kind)


def test_conversations_long_texts_and_settings_that_reach_everywhere_go_the_long_way() -> None:
    turns = '[{"role": "user", "content": "打13800138000"}]'
    params = CleanParams(max_characters=20)
    rows = [("打13800138000", turns), ("很好" * 20, ""), ("很好", "")]
    texts, messages = zip(*rows, strict=True)
    assert list(treat_all(texts, messages, params)) == [treat(text, said, params) for text, said in rows]
    named = CleanParams(personal=PersonalParams(address="mask"))
    (one,) = treat_all(["请送到上海市长宁区愚园路123号"], [""], named)
    assert "[address]" in one.text
    assert list(treat_all([], [], params)) == []
