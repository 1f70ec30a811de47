"""Markup goes, and what only looks like it stays."""

import time

import pytest

from daybreak.data.cleaning.markup import strip


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<p>很好</p><p>不错</p>", " 很好  不错 "),
        ("很<b>好</b>", "很好"),
        ('<a href="http://a.cn/?x=1&y=2" target=_blank>链接</a>', "链接"),
        ("a<br/>b<BR>c<br />d", "a b c d"),
        ("<script>var a = '<b>';</script>好<style>.a{color:red}</style>", " 好 "),
        ("好<!-- 注释 <b> -->的", "好 的"),
        ("彼得&#183;林奇 &amp; &lt;3 &nbsp;x &#x4e2d;", "彼得·林奇 & <3 \xa0x 中"),
        ("&amp;amp;#183;", "·"),
        ("<!DOCTYPE html><html><body>好</body></html>", "   好  "),
    ],
)
def test_markup_goes(text: str, left: str) -> None:
    assert strip(text) == left


@pytest.mark.parametrize(
    "text", ["I <3 you", "a < b and c > d", "<书名>很好", "x<y>z", "<好>", "1<2>0", "AT&T", "&unknown;", "<>", "<-->"]
)
def test_what_is_no_markup_stays(text: str) -> None:
    assert strip(text) == text


@pytest.mark.parametrize("piece", ["<script>", "<!--", "<a x ", "<script", "<div a=b "])
def test_what_is_never_closed_costs_no_more_than_its_length(piece: str) -> None:
    began = time.process_time()
    strip(piece * 20_000 + ">")
    assert time.process_time() - began < 30
