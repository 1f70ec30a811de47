"""Cleaning normalises without taking anything away that a reader would miss, and says what it refuses and why."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from daybreak import __version__
from daybreak.data import tables
from daybreak.data.clean import CleanParams, clean, clean_text, identity, preview, treat
from daybreak.data.cleaning import workers
from daybreak.data.cleaning.quality import Limits, QualityParams
from daybreak.data.personal.replacing import PersonalParams
from daybreak.data.quarantining.restored import exempt
from daybreak.data.reading.sources import Request, Restored, Sources, write_sources
from daybreak.data.remembering.memo import forget

Records = Callable[[Path], list[dict[str, Any]]]
Ingested = Callable[..., Path]

HOSTILE = [
    *("<", "<b>", "</b>", "<br/>", "&amp;", "&lt;", "&gt;", "&#183;", "&amp;lt;b&amp;gt;", "<script>", "</script>"),
    *("<!--", "-->", "http://a.cn/x?y=1", "www.", "a@b.com", "13800138000", "+86", "010-62345678", "微信", "vx", "QQ"),
    *(
        "123456",
        "订单号:",
        "1234567890",
        "系统默认好评",
        "[",
        "]",
        "(",
        ")",
        "展开全文",
        "function f(){",
        "}",
        "var a = 1;",
    ),
    *(
        "{",
        ";",
        "~{",
        "~}",
        "<:Ky2;~}",
        "ä½",
        "Ã©",
        "â€™",
        "\u200b",
        "\u200d",
        "👨",
        "😀",
        "，",
        "１",
        "²",
        "½",
        "\u0301",
    ),
    *("İ", "ẞ", "ﬁ", "\xa0", "\x85", "\u3000", "\n", "\ud800", "發", "后", "乾", "@user_1", " at ", " dot ", "com"),
    *(
        "39.9042,116.4074",
        "°",
        "192.168.1.10",
        "::",
        "1:2:3:4",
        "uid:",
        "abc_12345",
        "4111111111111111",
        "的",
        "好",
        " ",
    ),
]
PARAMS = [
    CleanParams(),
    CleanParams(lowercase=True),
    CleanParams(chinese="simplified"),
    CleanParams(chinese="traditional", urls="remove"),
    CleanParams(
        markup="keep",
        code="keep",
        boilerplate="keep",
        urls="keep",
        personal=PersonalParams(mobile="mask", address="mask", email="keep"),
    ),
]


@pytest.fixture
def ingested(tmp_path: Path) -> Ingested:
    """Writes rows as stage ingest would leave them; a row is its text, or a list of turns. Returns the root."""

    def write(*rows: str | list[dict[str, str]]) -> Path:
        frame = pd.DataFrame(
            {
                "id": [f"{number:016x}" for number in range(len(rows))],
                "text": [row if isinstance(row, str) else "\n".join(turn["content"] for turn in row) for row in rows],
                "messages": ["" if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows],
                "label": "yes",
                "source": "s",
            }
        )
        tables.write(frame, tmp_path / "data/ingest/rows.parquet", tables.ROW)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  很好 \t\n 真的\u3000很好 ", "很好 真的 很好"),
        ("ＨＯＴＥＬ１２３，", "HOTEL123,"),
        ("好\u200b吃\ufeff\u200e", "好吃"),
        ("a\x00b\x07c", "abc"),
        ("one\x0btwo\u2028three", "one two three"),
        ("e\u200b\u0301", "é"),
        ("\u200b\u2060", ""),
        ("这家酒店很差😀", "这家酒店很差😀"),
        ("<p>比尔&#183;盖茨</p><br>参考http://a.cn/b，好", "比尔·盖茨 参考[url],好"),
        ("&amp;lt;b&amp;gt;很好&amp;lt;/b&amp;gt;", "很好"),
        ("补充: ~{N@Iz<dC;SP4rI(8I>;~}", "补充: 卫生间没有打扫干净"),
        ("很好！系统默认好评！", "很好!"),
    ],
)
def test_what_cleaning_does(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@settings(deadline=None)
@given(st.text() | st.lists(st.sampled_from(HOSTILE), max_size=14).map("".join), st.sampled_from(PARAMS))
def test_cleaning_twice_changes_nothing(text: str, params: CleanParams) -> None:
    once = treat(text, "", params)
    if all(refusal.rule != "unsettled" for refusal in once.refusals):
        assert clean_text(once.text, params) == once.text


def test_lower_case_is_a_choice() -> None:
    assert clean_text("Great HOTEL") == "Great HOTEL"
    assert clean_text("Great HOTEL", CleanParams(lowercase=True)) == "great hotel"


def test_what_is_kept_is_a_choice() -> None:
    text = "<b>好</b> http://a.cn 頭髮 13800138000"
    kept = CleanParams(markup="keep", urls="keep", personal=PersonalParams(mobile="keep"))
    assert clean_text(text, kept) == text
    assert clean_text(text, CleanParams(urls="remove", chinese="simplified")).startswith("好 头发 [mobile-")


def test_personal_data_is_replaced_after_identity_is_decided() -> None:
    one, other, again = (
        treat(text, "", CleanParams()) for text in ("打13800138000", "打13900139000", "打 １３８００１３８０００")
    )
    assert one.identity != other.identity
    assert one.identity == identity("打13800138000")
    masked = CleanParams(personal=PersonalParams(mobile="mask"))
    assert treat("打13800138000", "", masked).text == treat("打13900139000", "", masked).text == "打[mobile]"
    assert again.text.replace(" ", "") == one.text


def test_rows_of_which_nothing_is_left_are_set_aside(ingested: Ingested, records: Records) -> None:
    root = ingested(" 好　好 ", "\u200b", "系统默认好评!")
    clean(root, CleanParams())
    (kept,) = records(root / "data/clean/rows.parquet")
    assert (kept["text"], kept["language"], kept["identity"]) == ("好 好", "zh", identity("好 好"))
    nothing, phrase = records(root / "data/quarantine/clean.parquet")
    assert (nothing["text"], nothing["rule"], nothing["pipeline"]) == ("\u200b", "empty_after_cleaning", __version__)
    assert (phrase["rule"], phrase["value"]) == ("boilerplate", "系统默认好评!")


@pytest.mark.parametrize(
    ("text", "params", "told"),
    [
        ("不错" * 40, CleanParams(), ("repetition", "0.973", "0.9")),
        ("锟斤拷锟斤拷很好", CleanParams(), ("garbled", "0.750", "0.1")),
        ("ok" + "!" * 30, CleanParams(), ("symbols", "0.938", "0.7")),
        ("好", CleanParams(quality=QualityParams(zh=Limits(min_letters=2))), ("too_short", "1", "2")),
        ("很好" * 4, CleanParams(max_characters=7), ("too_long", "8", "7")),
        ("Great hotel", CleanParams(languages=("zh",)), ("language", "en", "zh")),
        ("打13800138000", CleanParams(personal=PersonalParams(mobile="refuse")), ("personal_data", "mobile", "refuse")),
        ("加微信vx:abc12345领取优惠券,兼职日结300元", CleanParams(), ("advertising", "4", "2")),
    ],
)
def test_each_rule_says_what_it_measured(
    ingested: Ingested, records: Records, text: str, params: CleanParams, told: tuple[str, str, str]
) -> None:
    root = ingested(text, "这家酒店很好" if told[0] != "too_long" else "很好")
    clean(root, params)
    assert len(records(root / "data/clean/rows.parquet")) == 1
    (refused,) = records(root / "data/quarantine/clean.parquet")
    assert refused["text"] == text
    assert (refused["rule"], refused["value"], refused["threshold"]) == told


def test_what_keeps_changing_is_refused() -> None:
    nested = "<b" * 5000 + ">" * 5000
    assert next(refusal.rule for refusal in treat(nested, "", CleanParams()).refusals) == "unsettled"


def test_a_rule_that_was_lifted_for_a_row_lets_it_pass(ingested: Ingested, records: Records) -> None:
    root = ingested("不错" * 40, "一般" * 40)
    lifted = Restored(rule="repetition", ids=(f"{0:016x}",), reason="heartfelt", by="Ann")
    write_sources(root, Sources(request=Request(source="sample"), batches=(), restored=(lifted,)))
    assert exempt(root)["repetition"]
    clean(root, CleanParams())
    assert [row["text"][:2] for row in records(root / "data/clean/rows.parquet")] == ["不错"]
    assert [row["text"][:2] for row in records(root / "data/quarantine/clean.parquet")] == ["一般"]


def test_a_restored_long_text_is_cleaned_like_any_other(ingested: Ingested, records: Records) -> None:
    root = ingested("<b>很长</b>，打１３８００１３８０００", "很长，打13800138000" * 3)
    lifted = Restored(rule="too_long", ids=(f"{0:016x}",), reason="read it", by="Ann")
    write_sources(root, Sources(request=Request(source="sample"), batches=(), restored=(lifted,)))
    clean(root, CleanParams(max_characters=9))
    (kept,) = records(root / "data/clean/rows.parquet")
    assert kept["text"].startswith("很长,打[mobile-")
    assert (kept["language"], kept["identity"]) == ("zh", identity("很长,打13800138000"))
    assert [row["rule"] for row in records(root / "data/quarantine/clean.parquet")] == ["too_long"]


@pytest.mark.parametrize(
    "written",
    ["１３８００１３８０００", "138\u20110013\u20118000", "138\u20130013\u20138000", "138\u30000013\u30008000"],
)
def test_a_conversation_hides_personal_data_however_wide_it_is_written(written: str) -> None:
    turns = [
        {"role": "user", "content": f"（我的手机：{written}）"},
        {"role": "assistant", "content": "ＯＫ，记下了。"},
    ]
    treated = treat("", json.dumps(turns, ensure_ascii=False), CleanParams(personal=PersonalParams(mobile="mask")))
    user, assistant = json.loads(treated.messages)
    assert user["content"] == "（我的手机：[mobile]）"
    assert assistant == turns[1]
    assert treated.identity == identity(f"（我的手机：{written}）\nＯＫ，记下了。")


def test_a_conversation_keeps_its_lines_its_code_and_its_punctuation(ingested: Ingested, records: Records) -> None:
    turns = [
        {"role": "system", "content": "你是助手，请用中文。"},
        {"role": "user", "content": "看这段\u200b代码：\r\n```html\r\n  <b>a</b>\r\n```\r\n我的手机是13800138000"},
        {"role": "assistant", "content": "好的，见 https://a.cn/b"},
    ]
    root = ingested(turns)
    clean(root, CleanParams())
    (row,) = records(root / "data/clean/rows.parquet")
    system, user, assistant = json.loads(row["messages"])
    assert system == turns[0]
    assert user["content"].startswith("看这段代码：\n```html\n  <b>a</b>\n```\n我的手机是[mobile-")
    assert assistant == turns[2]
    assert row["text"] == "\n".join(turn["content"] for turn in (system, user, assistant))
    assert row["identity"] == identity(row["text"].replace(user["content"][-13:], "13800138000"))


def test_a_dry_run_says_what_would_be_refused_and_writes_nothing(ingested: Ingested) -> None:
    root = ingested("不错" * 40, "一般" * 40, "这家酒店很好", "\u200b")
    told = preview(root, CleanParams(), examples=1)
    assert told["rows"] == 4
    assert {rule: each["rows"] for rule, each in told["rules"].items()} == {"empty_after_cleaning": 1, "repetition": 2}
    (example,) = told["rules"]["repetition"]["examples"]
    assert (example["text"], example["value"], example["threshold"]) == ("不错" * 40, "0.973", "0.9")
    assert not (root / "data/clean").exists()
    assert not (root / "data/quarantine").exists()


def test_what_was_found_of_personal_data_is_counted_and_measured(ingested: Ingested) -> None:
    root = ingested("打13800138000或13900139000", "邮箱a1@b.cn", "很好")
    clean(root, CleanParams(personal=PersonalParams(email="mask")))
    told = tables.read_json(root / "data/clean/personal.json")
    assert told["found"] == {
        "email": {"rows": 1, "places": 1, "action": "mask"},
        "mobile": {"rows": 1, "places": 2, "action": "pseudonym"},
    }
    assert told["planted"]["mobile"]["zh"]["recall"] >= 0.98
    assert told["false_alarms_per_1000"] <= 1


def test_the_same_rows_make_the_same_bytes(ingested: Ingested) -> None:
    root = ingested(*(f"第{number}家酒店 13800138{number:03}" for number in range(50)), "不错" * 40)
    files = [
        root / "data/clean/rows.parquet",
        root / "data/quarantine/clean.parquet",
        root / "data/clean/personal.json",
    ]
    clean(root, CleanParams())
    first = [path.read_bytes() for path in files]
    clean(root, CleanParams())
    assert [path.read_bytes() for path in files] == first


def test_several_processes_make_the_bytes_that_one_makes(ingested: Ingested, monkeypatch: pytest.MonkeyPatch) -> None:
    root = ingested(*(f"第{number}家酒店 <b>很好</b> 13800138{number:03}" for number in range(700)), "不错" * 40)
    files = [
        root / "data/clean/rows.parquet",
        root / "data/quarantine/clean.parquet",
        root / "data/clean/personal.json",
    ]
    clean(root, CleanParams())
    first = [path.read_bytes() for path in files]
    monkeypatch.setattr(workers, "FEWEST", 1)
    monkeypatch.setattr(workers, "available_cores", lambda: 2)
    forget(root)
    clean(root, CleanParams())
    assert [path.read_bytes() for path in files] == first
    clean(root, CleanParams())  # remembered
    assert [path.read_bytes() for path in files] == first


def test_nothing_is_lost_between_kept_and_refused(ingested: Ingested, records: Records) -> None:
    rows = [text for text in HOSTILE if text != "\ud800"]  # no file can hold it
    root = ingested(*rows, "不错" * 40)
    clean(root, CleanParams())
    kept, refused = (records(root / f"data/{name}.parquet") for name in ("clean/rows", "quarantine/clean"))
    assert len(kept) + len(refused) == len(rows) + 1


@pytest.mark.parametrize(
    "wrong",
    [{"urls": "delete"}, {"personal": {"mobile": "hide"}}, {"personal": {"phone": "mask"}}, {"max_characters": 0}],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CleanParams.model_validate(wrong)
