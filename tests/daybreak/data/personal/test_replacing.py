"""Replacing is consistent, by kind, and leaves nothing that would be found again."""

import itertools

import pytest

from daybreak.data.personal.replacing import PersonalParams, find, looked_for, pseudonym, replace

TEXT = "我13800138000,他+86 138-0013-8000,她13900139000,邮箱A.B@x.cn和a.b@X.CN"


def treated(text: str, **actions: str) -> str:
    params = PersonalParams.model_validate(actions)
    return replace(text, looked_for(text, params), params)


def test_the_same_datum_is_the_same_pseudonym_however_it_is_written() -> None:
    mine, his, hers = (part for part in treated(TEXT).split(",")[:3])
    assert mine.removeprefix("我") == his.removeprefix("他") != hers.removeprefix("她")
    first, second = treated(TEXT).split("邮箱")[1].split("和")
    assert first == second


def test_wide_characters_and_dashes_are_looked_through_and_stay_where_nothing_is_found() -> None:
    assert treated("（电话：１３８００１３８０００）", mobile="mask") == "（电话：[mobile]）"
    assert treated("微信号：ａｂｃ＿１２３４５，好", wechat="mask") == "微信号：[wechat]，好"
    assert treated("写信到ａ＠ｂ．ｃｎ", email="mask") == "写信到[email]"
    assert treated("打１３８００１３８０００") == treated("打138\u20100013\u20108000") == treated("打13800138000")
    assert treated("（２０２４－２０２５）") == "（２０２４－２０２５）"


def test_another_series_gives_other_pseudonyms() -> None:
    assert treated(TEXT) != treated(TEXT, series="another")
    assert treated(TEXT) == treated(TEXT, series="daybreak")


def test_many_data_share_a_pseudonym_so_that_none_can_be_told() -> None:
    names = {pseudonym("mobile", f"1380000{number:04}", "s") for number in range(10_000)}
    assert all(len(name) == len("[mobile-0000]") for name in names)
    assert len(names) < 10_000


@pytest.mark.parametrize(
    ("action", "left"), [("mask", "打[mobile]找我"), ("refuse", "打[mobile]找我"), ("keep", "打13800138000找我")]
)
def test_other_actions(action: str, left: str) -> None:
    assert treated("打13800138000找我", mobile=action) == left


def test_what_is_kept_is_not_taken_for_something_else() -> None:
    assert treated("身份证11010519491231002X", resident_id="keep", bank_card="mask") == "身份证11010519491231002X"


def test_finds_come_in_order_and_never_overlap() -> None:
    found = find("qq12345678或13800138000@163.com,订单号202301011234567")
    assert [datum.kind for datum in found] == ["qq", "email", "order"]
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


def test_a_pseudonym_is_not_found_again() -> None:
    once = treated(f"{TEXT},微信:abc12345,订单号12345678,IP 10.0.0.138,@some_user")
    assert looked_for(once, PersonalParams()) == []


@pytest.mark.parametrize("kind", sorted(PersonalParams.model_fields.keys() - {"series"}))
def test_what_stands_for_a_datum_is_none_and_vouches_for_nothing(kind: str) -> None:
    for mark in (f"[{kind}]", f"[{kind}-12ab]"):
        for word in ("微信号:", "微信", "vx:", "账号", "QQ", "订单", "快递", "电话", "user id "):
            assert find(f"{word}{mark},好") == []
        assert find(f"好{mark} 23456789,{mark}:lihua_2020") == []
