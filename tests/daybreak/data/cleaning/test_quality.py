"""What a text measures, and which limits it breaks."""

import pytest

from daybreak.data.cleaning.quality import Limits, QualityParams, faults, garbled, repetition

ZH, EN = QualityParams().zh, QualityParams().en


@pytest.mark.parametrize(
    ("text", "limits", "rule"),
    [
        ("不错" * 30, ZH, "repetition"),
        ("物流速度太慢了," * 20, ZH, "repetition"),
        ("very good hotel " * 20, EN, "repetition"),
        ("。" * 30 + "！", ZH, "too_short"),
        ("ok" + "!" * 30, EN, "symbols"),
        ("锟斤拷锟斤拷很好", ZH, "garbled"),
        ("疍\ue084び\ue616 6a63\ue67e", ZH, "garbled"),
        ("\ufffd\ufffd bad", EN, "garbled"),
    ],
)
def test_a_limit_is_broken(text: str, limits: Limits, rule: str) -> None:
    broken = {fault.rule: fault for fault in faults(text, limits)}
    assert rule in broken
    assert float(broken[rule].value) != pytest.approx(float(broken[rule].threshold))


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("好", ZH),
        ("差!", ZH),
        ("很好很好很好,真的很好,我们一家人都非常喜欢这里的环境和服务,下次还会来的,强烈推荐给大家", ZH),
        ("整体性价比很不错" + "!" * 30, ZH),
        ("ok", EN),
        ("It was good, good, good and I will come back again, really good in every way I could think of.", EN),
        ("👍👍👍", QualityParams().other),
    ],
)
def test_what_people_write_passes(text: str, limits: Limits) -> None:
    assert list(faults(text, limits)) == []


def test_a_share_of_one_switches_a_rule_off() -> None:
    off = Limits(min_letters=0, max_repetition=1, max_symbols=1, max_garbled=1)
    assert list(faults("。" * 100, off)) == []


def test_repetition_is_the_share_of_runs_seen_before() -> None:
    assert repetition("abcd" * 12, 4) == pytest.approx(1 - 4 / 45)
    assert repetition("short", 3) == 0
    assert repetition("".join(map(chr, range(0x4E00, 0x4E00 + 100))), 6) == 0


def test_the_shortcut_never_changes_a_verdict() -> None:
    for period in range(1, 60):
        text = "".join(chr(0x4E00 + place % period) for place in range(120))
        assert (repetition(text, 6, 0.9) > 0.9) == (repetition(text, 6) > 0.9)


def test_a_share_of_garbled_characters() -> None:
    assert garbled("好黑人哦\ufffd") == pytest.approx(0.2)
    assert garbled("âge, Ãvora and plain") == 0


def test_each_language_has_its_limits() -> None:
    params = QualityParams()
    assert params.of("zh") is params.zh
    assert params.of("en") is params.en
    assert params.of("mixed") is params.of("ja") is params.other
