"""Addresses, boilerplate, code and advertising are told from what people write."""

import pytest

from daybreak.data.cleaning.fragments import advertising, mark_urls, without_boilerplate, without_code


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("参考http://a.com/b/c_1.html吧", "参考[url]吧"),
        ("看 https://例子 和 www.hp.com.cn去下载", "看 https://例子 和 [url]去下载"),
        ("(see http://a.org/x?y=1&z=2).", "(see [url])."),
        ("WWW.EXAMPLE.COM, then", "[url], then"),
        ("no address: www, http, a.com", "no address: www, http, a.com"),
    ],
)
def test_addresses_are_marked(text: str, marked: str) -> None:
    assert mark_urls(text) == marked


def test_addresses_may_be_taken_out() -> None:
    assert mark_urls("到http://a.cn/下载", "") == "到下载"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("此用户没有填写评价。", ""),
        ("系统默认好评!", ""),
        ("[系统默认好评]", ""),
        ("评价方未及时做出评价,系统默认好评!", ""),
        ("转发微博", ""),
        ("房间很大 展开全文", "房间很大"),
        ("很好[图片]真的", "很好 真的"),
        ("Great place. Sent from my iPhone", "Great place."),
        ("Works well. [This review was collected as part of a promotion.]", "Works well."),
        ("I liked it. Read more", "I liked it."),
    ],
)
def test_boilerplate_goes(text: str, left: str) -> None:
    assert without_boilerplate(text) == left


@pytest.mark.parametrize(
    "text",
    ["默认好评,其实一般", "看了全文,很感人", "来自上海的客户端用户", "I want to read more of it", "图片和实物一样"],
)
def test_what_people_wrote_stays(text: str) -> None:
    assert without_boilerplate(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("好 function go(a){ return 1; } 吃", "好   吃"),
        ("好 var x = document.cookie; 吃", "好   吃"),
        (".title { color: #fff; margin: 0; } 很好", "  很好"),
        ("看```python\nprint(1)\n```吧", "看 吧"),
        ("<?php echo 1; ?>好", " 好"),
        ("document.write('x'); 好", "  好"),
    ],
)
def test_code_goes(text: str, left: str) -> None:
    assert without_code(text).split() == left.split()


@pytest.mark.parametrize(
    "text", ["我觉得{很好};是的", "let me see; it works", "var的意思是变量;懂了", "{1,2,3}", "a; b; c"]
)
def test_what_is_no_code_stays(text: str) -> None:
    assert without_code(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "加微信vx:abc12345领取优惠券,兼职日结300元",
        "代开发票,联系电话13800138000,加我微信:fapiao88",
        "Click here for a free trial! Buy now at www.example.com",
        "Make money online, work from home, click the link below: [url] limited-time offer",
    ],
)
def test_advertising_is_seen(text: str) -> None:
    assert advertising(text) > 2


@pytest.mark.parametrize(
    "text", ["用了优惠券很划算,快递也快", "微信支付很方便", "The free shipping was great", "扫码点餐,服务热情", ""]
)
def test_honest_praise_is_no_advertising(text: str) -> None:
    assert advertising(text) <= 1
