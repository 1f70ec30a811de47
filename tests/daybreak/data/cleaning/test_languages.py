"""Language tags, and the conversion between the two ways of writing Chinese."""

import pytest

from daybreak.data.cleaning.languages import convert, tag


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("这家酒店很好", "zh"),
        ("這家酒店很好", "zh"),
        ("系统是Vista,有点慢,装了XP以后就好多了", "zh"),
        ("The room was great", "en"),
        ("Great hotel!", "en"),
        ("酒店 good but noisy 早餐 bad", "mixed"),
        ("とても良いホテルでした", "ja"),
        ("정말 좋은 호텔입니다", "ko"),
        ("Очень хороший отель", "other"),
        ("Très déçu, la chambre était très sale et mal située", "other"),
        ("der Raum war leider nicht sauber und die Bedienung hat uns gar keine Antwort gegeben", "other"),
        ("👍👍👍", "none"),
        ("12345!", "none"),
        ("", "none"),
    ],
)
def test_languages_are_told(text: str, language: str) -> None:
    assert tag(text) == language


def test_chinese_is_converted_by_phrases() -> None:
    assert convert("頭髮乾了,皇后發現", "simplified") == "头发干了,皇后发现"
    assert convert("皇后发现头发", "traditional") == "皇后發現頭髮"
    assert convert("頭髮", "keep") == "頭髮"
    assert convert("plain", "traditional") == "plain"
